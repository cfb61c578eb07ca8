"""Ids sort by birth and are lawful; a development clock moves for all who share its file."""

from datetime import timedelta
from pathlib import Path
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.clock import DevelopmentClock, Ids
from services.chassis.kernel import derived_id
from tests.support.eventually import eventually

MILLISECONDS = st.integers(min_value=0, max_value=2**48 - 1)
RANDOM = st.binary(min_size=10, max_size=10)


def made(milliseconds: int, random: bytes) -> str:
    return Ids(lambda count: random[:count], lambda: milliseconds).new()


@given(MILLISECONDS, RANDOM)
def test_an_id_is_a_uuid_of_version_7_that_says_when(milliseconds: int, random: bytes) -> None:
    found = UUID(made(milliseconds, random))
    assert (found.version, found.variant) == (7, RFC_4122)
    assert found.int >> 80 == milliseconds
    assert str(found) == made(milliseconds, random)


@given(MILLISECONDS, MILLISECONDS, RANDOM, RANDOM)
def test_ids_sort_by_birth(first: int, second: int, one: bytes, other: bytes) -> None:
    if first != second:
        assert (made(first, one) < made(second, other)) == (first < second)


@given(RANDOM, RANDOM)
def test_ids_of_one_moment_differ_by_chance(one: bytes, other: bytes) -> None:
    kept = [bytes([r[0] & 0x0F, r[1], r[2] & 0x3F]) + r[3:] for r in (one, other)]
    assert (made(1, one) == made(1, other)) == (kept[0] == kept[1])


def test_a_derived_id_is_always_the_same_and_parts_do_not_run_together() -> None:
    assert derived_id("course", "1") == derived_id("course", "1")
    assert derived_id("ab", "c") != derived_id("a", "bc")


async def test_a_moved_clock_is_moved_for_all(tmp_path: Path) -> None:
    mine, theirs = DevelopmentClock(tmp_path / "clock"), DevelopmentClock(tmp_path / "clock")
    assert theirs.offset() == timedelta()
    mine.set(timedelta(days=30))
    assert mine.offset() == timedelta(days=30), "at once for who moved it"
    await eventually(lambda: theirs.offset() == timedelta(days=30))
    assert theirs.now() - mine.now() < timedelta(minutes=1)
    mine.set(timedelta(days=60))
    await eventually(lambda: theirs.offset() == timedelta(days=60))
