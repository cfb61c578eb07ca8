"""What goes along with a batch: facts, and the documents of several chains."""

from dataclasses import replace
from datetime import datetime

import pytest

from services.chassis.handling import Owed, OwedToEach
from services.consult.domain.clinic.commands import AddRoom
from tests.support.calls import new_id
from tests.support.heard import Hearer, effects, parked, taken_in, transactions
from tests.support.hearing import BARE_CLINIC, open_clinic
from tests.support.pair import (
    add_room,
    in_step,
)
from tests.support.reminding import Reminders

CODES = "SELECT count(*) FROM clinic_codes"
TIMERS = "SELECT count(*) FROM chassis.timers"
BEHIND = "BEHIND_A_PARKED_EVENT"


@pytest.mark.parametrize("stale", [False, True])
async def test_facts_go_with_what_they_are_of(hearer: Hearer, stale: bool) -> None:
    key, reminders = await hearer.pair.known(), Reminders()
    if stale:
        await add_room(hearer.pair.there, key, "there")
    first, timed = hearer.opening(), hearer.opening(reminders.aggregate)
    batch = [first, timed, hearer.room(key, "R1"), hearer.room(first.aggregate_id, "R2")]
    await hearer.inbox(batch)
    assert hearer.asked == (8 if stale else 4)
    assert await transactions(hearer.pair.database, *batch) == 1
    assert await hearer.pair.database.value(CODES) == 2, "of the known one and of the first"
    assert await hearer.pair.database.value(TIMERS) == 1
    await hearer.whole(*batch, events=5 + stale)


async def test_a_fact_that_cannot_be_takes_its_event_with_it_alone(hearer: Hearer) -> None:
    key = await hearer.pair.known()
    batch = [hearer.opening(code="A"), hearer.room(key, "R1"), hearer.opening(code="A")]
    await hearer.inbox(batch)
    database = hearer.pair.database
    assert await parked(database) == [(batch[2].event_id, "CLINIC_CODE_TAKEN", False)]
    assert await taken_in(database, *batch) == [True, True, False]
    assert await effects(database, *batch) == [1, 1, 0]
    assert await database.value(CODES) == 2
    assert await in_step(database) == 3


@pytest.mark.parametrize("stale", [False, True])
async def test_a_batch_of_two_chains_is_answered_in_each(hearer: Hearer, stale: bool) -> None:
    chain = new_id()
    mine, theirs = await hearer.pair.known(), await hearer.pair.opened(chain=chain)
    if stale:
        await add_room(hearer.pair.there, theirs, "there", chain_id=chain)
    batch = [
        hearer.room(mine, "R1"),
        hearer.courses.room(chain, theirs, "R1"),
        hearer.room(mine, "R2"),
        hearer.courses.room(chain, theirs, "R2"),
    ]
    await hearer.inbox(batch)
    assert hearer.asked == (8 if stale else 4)
    assert await transactions(hearer.pair.database, *batch) == 1
    assert await hearer.pair.rooms(mine) == ["R1", "R2"]
    assert await hearer.pair.rooms(theirs, chain) == [*["there"] * stale, "R1", "R2"]
    await hearer.whole(*batch, events=6 + stale)


@pytest.mark.parametrize("stale", [False, True])
async def test_what_is_owed_to_each_reaches_those_of_its_own_chain(
    hearer: Hearer, stale: bool
) -> None:
    """Both chains have what the other's event looks for."""
    chain, other = hearer.chain, new_id()
    found: dict[tuple[str, str], list[str]] = {}
    for place in ((chain, "GB"), (chain, "FR"), (other, "GB"), (other, "FR")):
        found[place] = [new_id(), new_id()]
        for key in found[place]:
            at = hearer.pair.here.clock.now()
            command = replace(open_clinic(key, place[0], at), jurisdiction_code=place[1])
            await hearer.pair.here.handle(Owed(BARE_CLINIC, key, command), chain_id=place[0])
    if stale:
        await add_room(hearer.pair.there, found[chain, "GB"][0], "there")

    def room(key: str, at: datetime, code: str) -> AddRoom:
        return AddRoom(key, new_id(), code, at)

    owed = [
        OwedToEach(BARE_CLINIC, "jurisdiction_code", code, room, (code,)) for code in ("GB", "FR")
    ]
    batch = [hearer.courses.event(chain, owed[0]), hearer.courses.event(other, owed[1])]
    await hearer.inbox(batch)
    assert hearer.asked == (4 if stale else 2)
    told = {p: [await hearer.pair.rooms(key, p[0]) for key in keys] for p, keys in found.items()}
    there = ["there"] * stale
    assert told == {
        (chain, "GB"): [[*there, "GB"], ["GB"]],
        (chain, "FR"): [[], []],
        (other, "GB"): [[], []],
        (other, "FR"): [["FR"], ["FR"]],
    }
    assert await effects(hearer.pair.database, *batch) == [2, 2]
    assert await in_step(hearer.pair.database) == 12 + stale
