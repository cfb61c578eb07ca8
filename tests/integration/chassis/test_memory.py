"""What is decided on a memory is stored only where it still stands, and refused never."""

import asyncio
from collections.abc import Callable

import pytest

from services.chassis.handling import EtagMismatch, RequestIdReused
from services.chassis.kernel import DomainError
from services.chassis.postgres.group import LoadedRow, LoadKey, Loads
from services.consult.domain.clinic.errors import ClinicNotFound, RoomCodeTaken
from services.consult.domain.clinic.model import Clinic
from tests.support.calls import new_id
from tests.support.pair import (
    PARIS,
    Elsewhere,
    Pair,
    add_room,
    amend,
    deciding,
    idle,
    in_paris,
    in_step,
    is_absent,
    looking,
    opened,
    refusing,
)
from tests.support.parts import Parts

REQUESTS = "SELECT count(*) FROM chassis.requests WHERE request_id = $1"


class Counted(Loads):
    """Loads that are counted."""

    loaded = 0

    async def load(self, key: LoadKey) -> LoadedRow:
        Counted.loaded += 1
        return await super().load(key)


async def loads_of(at: Parts, key: str) -> int:
    """Return how many documents adding a room at `at` has read."""
    Counted.loaded, at.store._loads = 0, Counted(at.means.pool)
    await add_room(at, key, new_id())
    return Counted.loaded


async def test_what_is_remembered_as_it_stands_is_not_read(pair: Pair) -> None:
    key = await pair.known()
    assert await loads_of(pair.here, key) == 0
    assert await loads_of(pair.there, key) == 1, "it changed here"
    assert await loads_of(pair.there, key) == 0
    assert await in_step(pair.database) == 4


async def test_two_that_change_a_document_in_turn_lose_nothing(pair: Pair) -> None:
    key = await pair.known()
    for n in range(6):
        for at in (pair.here, pair.there, pair.there):
            await add_room(at, key, new_id())
        assert len(await pair.rooms(key)) == 3 * (n + 1)
    assert await in_step(pair.database) == 19


async def test_two_that_change_documents_at_once_lose_nothing(pair: Pair) -> None:
    keys = [await pair.known() for _ in range(3)]
    codes = [f"R{n}" for n in range(20)]
    told = await asyncio.gather(
        *[
            add_room(at, key, f"{code} {at is pair.here}")
            for code in codes
            for key in keys
            for at in (pair.here, pair.there)
        ]
    )
    for n, key in enumerate(keys):
        rooms = await pair.rooms(key)
        assert sorted(rooms) == sorted(f"{code} {here}" for code in codes for here in (True, False))
        versions = [told[i] for i in range(len(told)) if i // 2 % len(keys) == n]
        assert sorted(map(int, versions)) == list(range(2, 42))
    assert await in_step(pair.database) == 3 * 41


async def test_of_two_that_want_one_thing_one_gets_it(pair: Pair) -> None:
    key = await pair.known()
    for n in range(10):
        told = await asyncio.gather(
            *[add_room(at, key, f"R{n}") for at in (pair.here, pair.there)], return_exceptions=True
        )
        assert [type(each) for each in told if isinstance(each, Exception)] == [RoomCodeTaken]
    assert await pair.rooms(key) == [f"R{n}" for n in range(10)]
    assert await in_step(pair.database) == 11


async def test_a_refusal_on_a_memory_gives_way_to_what_is_stored(pair: Pair) -> None:
    key, seen = await pair.known(), list[str]()
    await amend(pair.there, key, PARIS)
    await add_room(pair.here, key, "R1", deciding(refusing, seen))
    assert seen == ["UTC", PARIS], "decided on the memory first"
    assert await pair.rooms(key) == ["R1"]
    assert await in_step(pair.database) == 3


async def test_a_refusal_is_decided_on_what_is_stored_even_where_the_memory_is_right(
    pair: Pair,
) -> None:
    key, seen = await pair.known(), list[str]()
    with pytest.raises(Elsewhere):
        await add_room(pair.here, key, "R1", deciding(refusing, seen))
    assert seen == ["UTC", "UTC"]


async def test_what_a_memory_accepts_is_refused_by_what_is_stored(pair: Pair) -> None:
    key, seen = await pair.opened(), list[str]()
    await amend(pair.here, key, PARIS)
    pair.there.means.memory.keep(pair.slot(pair.here, key))
    await amend(pair.there, key, "UTC")
    with pytest.raises(Elsewhere):
        await add_room(pair.here, key, "R1", deciding(refusing, seen))
    assert seen == [PARIS, "UTC"]
    assert await pair.rooms(key) == []
    assert await in_step(pair.database) == 3


async def test_the_reason_is_that_of_what_is_stored(pair: Pair) -> None:
    """The memory would say that the zone is wrong; by now the code is taken."""
    key = await pair.known()
    await amend(pair.there, key, PARIS)
    await add_room(pair.there, key, "R1")
    with pytest.raises(RoomCodeTaken):
        await add_room(pair.here, key, "R1", deciding(refusing))


async def test_a_document_remembered_as_not_born_is_looked_for_again(pair: Pair) -> None:
    other, key = new_id(), await pair.known()
    await add_room(pair.here, key, "R1", looking(other, is_absent))
    assert pair.slot(pair.here, other).version == 0
    with pytest.raises(ClinicNotFound):
        await add_room(pair.here, other, "R1")
    await opened(pair.there, other, pair.there.chain)
    await add_room(pair.here, other, "R1")
    assert await pair.rooms(other) == ["R1"]
    assert await in_step(pair.database) == 4


async def test_what_is_born_twice_is_born_once(pair: Pair) -> None:
    other, key = new_id(), await pair.known()
    for at in (pair.here, pair.there):
        await add_room(at, key, new_id(), looking(other, is_absent))
    told = await asyncio.gather(
        *[opened(at, other, at.chain) for at in (pair.here, pair.there)], return_exceptions=True
    )
    assert len([each for each in told if isinstance(each, DomainError)]) == 1
    assert await in_step(pair.database) == 4


async def test_an_etag_is_held_against_what_is_stored(pair: Pair) -> None:
    key = await pair.known()
    await add_room(pair.there, key, "R1")
    with pytest.raises(EtagMismatch) as stale:
        await add_room(pair.here, key, "R2", expected_version=1)
    assert stale.value.metadata == {"version": "2"}
    pair.here.means.memory.keep(pair.slot(pair.there, key))
    await add_room(pair.there, key, "R3")
    assert await add_room(pair.here, key, "R4", expected_version=3) == b"4"
    assert await pair.rooms(key) == ["R1", "R3", "R4"]


async def test_that_nothing_is_left_to_do_never_rests_on_a_memory(pair: Pair) -> None:
    key, seen = await pair.known(), list[str]()
    await amend(pair.there, key, PARIS)
    assert await add_room(pair.here, key, "R1", deciding(idle, seen)) == b"3"
    assert seen == ["UTC", PARIS]
    assert await pair.rooms(key) == ["R1"]
    await amend(pair.there, key, "UTC")
    await amend(pair.there, key, "UTC")
    assert await add_room(pair.here, key, "R2", deciding(idle, seen)) == b"5"
    assert await pair.rooms(key) == ["R1"]


@pytest.mark.parametrize("stale", [False, True])
async def test_a_repeated_request_gets_the_same_bytes_from_any_process(
    pair: Pair, stale: bool
) -> None:
    key, request = await pair.known(), new_id()
    first = await add_room(pair.here, key, "R1", request_id=request)
    if not stale:
        pair.there.means.memory.keep(pair.slot(pair.here, key))
    assert await add_room(pair.here, key, "R2", request_id=request) == first
    assert await add_room(pair.there, key, "R2", request_id=request) == first
    await add_room(pair.there, key, "R3")
    assert await add_room(pair.there, key, "R2", request_id=request) == first == b"2"
    assert await pair.rooms(key) == ["R1", "R3"]
    assert await in_step(pair.database) == 3


async def test_a_request_id_is_refused_for_another_body_whatever_is_remembered(pair: Pair) -> None:
    key, request = await pair.known(), new_id()
    await add_room(pair.here, key, "R1", request_id=request, fingerprint=b"one")
    pair.there.means.memory.keep(pair.slot(pair.here, key))
    for at in (pair.here, pair.there):
        with pytest.raises(RequestIdReused):
            await add_room(at, key, "R2", request_id=request, fingerprint=b"other")
        with pytest.raises(RequestIdReused):
            await add_room(at, key, "R2", request_id=request, fingerprint=b"one", method="Other")
    assert await pair.rooms(key) == ["R1"]


async def test_a_repeated_request_does_not_hurt_those_it_shares_a_group_with(pair: Pair) -> None:
    keys, request = [await pair.known() for _ in range(12)], new_id()
    await add_room(pair.here, keys[0], "R1", request_id=request)
    pair.there.means.memory.keep(pair.slot(pair.here, keys[0]))
    told = await asyncio.gather(
        *[add_room(pair.there, key, "R2") for key in keys[1:]],
        add_room(pair.there, keys[0], "R2", request_id=request),
    )
    assert told == [b"2"] * 12
    assert await pair.rooms(keys[0]) == ["R1"]
    assert [await pair.rooms(key) for key in keys[1:]] == [["R2"]] * 11
    assert await in_step(pair.database) == 24


async def test_one_request_at_two_processes_at_once_has_one_effect(pair: Pair) -> None:
    key = await pair.known()
    for n in range(10):
        request = new_id()
        told = await asyncio.gather(
            *[add_room(at, key, f"R{n}", request_id=request) for at in (pair.here, pair.there) * 3]
        )
        assert len(set(told)) == 1
        assert await pair.here.database.value(REQUESTS, request) == 1
    assert await pair.rooms(key) == [f"R{n}" for n in range(10)]
    assert await in_step(pair.database) == 11


async def test_what_a_gather_remembers_is_held_against_what_is_stored(pair: Pair) -> None:
    key, other = await pair.known(), await pair.known()
    following = looking(other, in_paris)
    await amend(pair.there, other, PARIS)
    await add_room(pair.here, key, "while in Paris", following)
    await amend(pair.there, other, "UTC")
    with pytest.raises(Elsewhere):
        await add_room(pair.here, key, "no longer", following)
    assert await pair.rooms(key) == ["while in Paris"]
    assert await in_step(pair.database) == 5


@pytest.mark.parametrize("willing", [in_paris, is_absent])
async def test_what_a_gather_saw_and_what_was_born_since_is_decided_anew(
    pair: Pair, willing: Callable[[Clinic | None], bool]
) -> None:
    key, other = await pair.known(), await pair.opened()
    if willing is in_paris:
        await amend(pair.here, other, PARIS)
        pair.there.means.memory.keep(pair.slot(pair.here, other))
    else:
        other = new_id()
    await add_room(pair.here, key, "R1", looking(other, willing))
    await (
        opened(pair.there, other, pair.there.chain)
        if willing is is_absent
        else amend(pair.there, other, "UTC")
    )
    with pytest.raises(Elsewhere):
        await add_room(pair.here, key, "R2", looking(other, willing))
    assert await pair.rooms(key) == ["R1"]
