"""The hash chain: whatever changes, changes every hash after it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mesoflow.ops.v1 import service_pb2 as ops
from services.chassis.ops.service import first_break
from services.chassis.postgres.journal import GENESIS, HASHED, Entry, entry_hash, hash_chain

AT = datetime(2026, 1, 31, 9, 0, 0, 1, tzinfo=UTC)
ENTRY = Entry(
    event_id="e",
    chain_id="c",
    aggregate="plan",
    aggregate_id="a",
    version=1,
    type="T",
    payload=b"p",
    actor="me",
    request_id="r",
    cause_id=None,
    correlation_id="x",
    traceparent=None,
    occurred_at=AT,
    recorded_at=AT,
)
OTHER: dict[str, Any] = {
    "version": 2,
    "payload": b"q",
    "occurred_at": AT + timedelta(microseconds=1),
}
OTHER["recorded_at"] = OTHER["occurred_at"]


@pytest.mark.parametrize("column", HASHED)
def test_any_column_changes_the_hash(column: str) -> None:
    given: dict[str, Any] = {column: OTHER.get(column, "other")}
    changed = ENTRY._replace(**given)
    assert entry_hash(GENESIS, changed) != entry_hash(GENESIS, ENTRY)


def test_the_previous_hash_changes_the_hash() -> None:
    assert entry_hash(b"before", ENTRY) != entry_hash(GENESIS, ENTRY)


@given(st.text(max_size=8), st.text(max_size=8), st.integers(0, 16))
def test_bytes_moved_between_columns_change_the_hash(one: str, other: str, cut: int) -> None:
    both = one + other
    assume((one, other) != (both[:cut], both[cut:]))
    hashes = {
        entry_hash(GENESIS, ENTRY._replace(type=a, actor=b))
        for a, b in ((one, other), (both[:cut], both[cut:]))
    }
    moved = {
        entry_hash(GENESIS, ENTRY._replace(request_id=a, cause_id=b))
        for a, b in (("x", None), (None, "x"), ("x", ""), ("", "x"))
    }
    assert (len(hashes), len(moved)) == (2, 4)


def chained(count: int) -> tuple[list[tuple[Entry, bytes]], bytes]:
    entries = [ENTRY._replace(version=n, event_id=str(n)) for n in range(1, count + 1)]
    hashes = hash_chain(GENESIS, entries)
    return list(zip(entries, hashes, strict=True)), hashes[-1]


def test_a_chain_holds_to_its_head() -> None:
    kept, head = chained(3)
    assert first_break(kept, head) == (0, 3)
    assert first_break(kept[:2], head) == (ops.BREAK_KIND_HEAD_DIFFERS, 2)
    assert first_break([kept[0], kept[2]], head) == (ops.BREAK_KIND_VERSION_GAP, 3)
    assert first_break([kept[1], kept[0], kept[2]], head)[0] == ops.BREAK_KIND_VERSION_GAP
    forged = [kept[0], (kept[1][0]._replace(actor="you"), kept[1][1]), kept[2]]
    assert first_break(forged, head) == (ops.BREAK_KIND_HASH_DIFFERS, 2)
