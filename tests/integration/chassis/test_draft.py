"""A batch is stored in one statement where all of it is as believed, and wholly with locks else."""

from dataclasses import replace

import pytest

from services.chassis.handling import Reader
from services.consult.domain.clinic.commands import AddRoom
from services.consult.domain.clinic.model import Clinic
from services.consult.handlers.directory import CLINIC
from tests.support.calls import new_id
from tests.support.heard import Hearer, effects, parked, taken_in, transactions
from tests.support.hearing import BARE_CLINIC
from tests.support.pair import (
    PARIS,
    add_room,
    adding,
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

CODES = "SELECT count(*) FROM clinic_codes"
TIMERS = "SELECT count(*) FROM chassis.timers"
BEHIND = "BEHIND_A_PARKED_EVENT"


async def test_what_is_as_believed_is_decided_once_and_stored_at_once(hearer: Hearer) -> None:
    one, other, unseen = [await hearer.pair.known() for _ in range(3)]
    hearer.pair.here.means.memory.forget([(hearer.chain, unseen)])
    course = new_id()
    batch = [
        hearer.room(one, "R1", course=course),
        hearer.room(other, "R1"),
        hearer.room(one, "R2", course=course),
        hearer.room(unseen, "R1"),
    ]
    await hearer.inbox(batch)
    assert hearer.asked == 4
    assert await transactions(hearer.pair.database, *batch) == 1
    assert await hearer.pair.rooms(one) == ["R1", "R2"]
    assert hearer.pair.slot(hearer.pair.here, one).version == 3
    await hearer.whole(*batch, events=7)


async def test_events_that_lead_to_nothing_are_taken_in(hearer: Hearer) -> None:
    batch = [hearer.courses.event(hearer.chain) for _ in range(3)]
    await hearer.inbox(batch)
    assert hearer.asked == 3
    assert await taken_in(hearer.pair.database, *batch) == [True] * 3
    assert await in_step(hearer.pair.database) == 0


async def test_a_document_that_changed_elsewhere_is_decided_on_anew(hearer: Hearer) -> None:
    stale, fresh = await hearer.pair.known(), await hearer.pair.known()
    await add_room(hearer.pair.there, stale, "there")
    batch = [hearer.room(fresh, "R1"), hearer.room(stale, "R1"), hearer.room(fresh, "R2")]
    await hearer.inbox(batch)
    assert hearer.asked == 6, "drafted in vain, then once with locks"
    assert await transactions(hearer.pair.database, *batch) == 1
    assert await hearer.pair.rooms(stale) == ["there", "R1"]
    assert await hearer.pair.rooms(fresh) == ["R1", "R2"]
    await hearer.whole(*batch, events=6)
    assert hearer.pair.slot(hearer.pair.here, stale).version == 3, "stored with locks"
    await hearer.inbox([again := hearer.room(stale, "R2")])
    assert hearer.asked == 7
    await hearer.whole(*batch, again, events=7)


async def test_a_document_that_changes_while_a_draft_is_worked_out_is_decided_on_anew(
    hearer: Hearer,
) -> None:
    key = await hearer.pair.known()

    async def look(command: AddRoom, state: Clinic | None, reader: Reader) -> None:
        if hearer.asked == 1:
            await add_room(hearer.pair.there, key, "meanwhile")

    await hearer.inbox(
        [event := hearer.room(key, "R1", replace(BARE_CLINIC, gathers={AddRoom: look}))]
    )
    assert await hearer.pair.rooms(key) == ["meanwhile", "R1"]
    await hearer.whole(event, events=3)


@pytest.mark.parametrize("moved", [1, 2])
async def test_what_a_gather_remembers_is_held_against_what_is_stored(
    hearer: Hearer, moved: int
) -> None:
    """Two look, so that what they see is looked up ahead."""
    keys, others = [[await hearer.pair.known() for _ in range(2)] for _ in range(2)]
    for other in others:
        await amend(hearer.pair.here, other, PARIS)
        hearer.pair.there.means.memory.keep(hearer.pair.slot(hearer.pair.here, other))
    for _ in range(moved):
        await amend(hearer.pair.there, others[1], "UTC")
    batch = [hearer.room(k, "R1", looking(o, in_paris)) for k, o in zip(keys, others, strict=True)]
    await hearer.inbox(batch)
    database = hearer.pair.database
    assert await parked(database) == [(batch[1].event_id, "ELSEWHERE", False)]
    assert await taken_in(database, *batch) == [True, False]
    assert await effects(database, *batch) == [1, 0]
    assert await hearer.pair.rooms(keys[1]) == []
    assert await in_step(database) == 7 + moved


@pytest.mark.parametrize("chosen", ["gather", "own"])
async def test_what_a_memory_refuses_is_accepted_by_what_is_stored(
    hearer: Hearer, chosen: str
) -> None:
    key, other = await hearer.pair.known(), await hearer.pair.known()
    await amend(hearer.pair.there, other if chosen == "gather" else key, PARIS)
    rule = looking(other, in_paris) if chosen == "gather" else deciding(refusing)
    await hearer.inbox([event := hearer.room(key, "R1", rule)])
    assert hearer.asked == 2
    await hearer.whole(event, events=4)


async def test_what_was_not_there_and_was_born_since_is_decided_anew(hearer: Hearer) -> None:
    key, other = await hearer.pair.known(), new_id()
    absent = looking(other, is_absent)
    await hearer.inbox([first := hearer.room(key, "R1", absent)])
    assert (hearer.asked, hearer.pair.slot(hearer.pair.here, other).version) == (1, 0)
    await opened(hearer.pair.there, other, hearer.chain)
    await hearer.inbox([second := hearer.room(key, "R2", absent)])
    assert await parked(hearer.pair.database) == [(second.event_id, "ELSEWHERE", False)]
    assert await effects(hearer.pair.database, first, second) == [1, 0]
    assert await in_step(hearer.pair.database) == 3


@pytest.mark.parametrize("among", [0, 2])
async def test_that_nothing_is_left_to_do_is_held_against_what_is_stored(
    hearer: Hearer, among: int
) -> None:
    key, rule = await hearer.pair.known(), deciding(idle)
    others = [hearer.room(await hearer.pair.known(), "R1") for _ in range(among)]
    await amend(hearer.pair.there, key, PARIS)
    batch = [hearer.room(key, "R1", rule), *others]
    await hearer.inbox(batch)
    assert await hearer.pair.rooms(key) == ["R1"]
    await hearer.whole(*batch, events=3 + 2 * among)


@pytest.mark.parametrize("stale", [False, True])
async def test_one_that_was_seen_before_is_not_answered_again(hearer: Hearer, stale: bool) -> None:
    key, rule = await hearer.pair.known(), deciding(adding)
    batch = [hearer.room(key, "R1", rule), hearer.room(key, "R2", rule)]
    await hearer.courses.inbox(hearer.pair.there)(batch[:1])
    if not stale:
        hearer.pair.here.means.memory.keep(hearer.pair.slot(hearer.pair.there, key))
    await hearer.inbox([*batch, batch[1]])
    assert await hearer.pair.rooms(key) == ["R1", "R2"]
    await hearer.whole(*batch, events=3)
    asked = hearer.asked
    await hearer.inbox(batch)
    assert hearer.asked == asked, "known to have been heard: neither drafted nor asked about"
    await hearer.whole(*batch, events=3)


async def test_one_behind_a_parked_line_lines_up_and_others_are_answered(
    hearer: Hearer,
) -> None:
    key, course = await hearer.pair.known(), new_id()
    head = hearer.courses.poisoned(hearer.chain, course=course)
    await hearer.courses.inbox(hearer.pair.there)([head])
    batch = [hearer.room(key, "R1"), hearer.room(key, "behind", course=course)]
    await hearer.inbox(batch)
    database = hearer.pair.database
    line = [(head.event_id, "UNWILLING", False), (batch[1].event_id, BEHIND, False)]
    assert await parked(database) == line
    assert await taken_in(database, *batch) == [True, False]
    assert await effects(database, *batch) == [1, 0]
    hearer.courses.poison.clear()
    hearer.pair.here.clock.advance(seconds=1)
    for _ in range(2):
        await hearer.inbox.retry_due()
    assert await hearer.pair.rooms(key) == ["R1", "behind"]
    last = hearer.room(key, "after", course=course)
    assert hearer.inbox._drafts.worth([last]), "the line is over: drafted again"
    await hearer.inbox([last])
    await hearer.whole(*batch, last, events=4)


async def test_one_that_is_late_waits_and_the_others_are_answered(hearer: Hearer) -> None:
    key, course = await hearer.pair.known(), new_id()
    await hearer.inbox([hearer.courses.event(hearer.chain, course=course, n=3)])
    late = replace(hearer.room(key, "late", course=course), version=2)
    batch = [hearer.room(key, "R1"), late, hearer.room(key, "R2")]
    await hearer.inbox(batch)
    assert await parked(hearer.pair.database) == [(late.event_id, "OUT_OF_ORDER", True)]
    assert await taken_in(hearer.pair.database, batch[0], batch[2]) == [True, True]
    assert await effects(hearer.pair.database, *batch) == [1, 0, 1]
    assert await hearer.pair.rooms(key) == ["R1", "R2"]
    assert await in_step(hearer.pair.database) == 3


async def test_a_poison_one_is_parked_and_the_others_are_answered_in_order(hearer: Hearer) -> None:
    key, course = await hearer.pair.known(), new_id()
    poison = hearer.courses.poisoned(hearer.chain, course=course)
    behind = hearer.room(key, "behind", course=course)
    batch = [hearer.room(key, "R1"), poison, behind, hearer.room(key, "R2")]
    await hearer.inbox(batch)
    line = [(poison.event_id, "UNWILLING", False), (behind.event_id, BEHIND, False)]
    assert await parked(hearer.pair.database) == line
    assert await taken_in(hearer.pair.database, *batch) == [True, False, False, True]
    assert await hearer.pair.rooms(key) == ["R1", "R2"]
    assert await in_step(hearer.pair.database) == 3


async def test_commands_that_search_are_drafted_once_and_never_again(hearer: Hearer) -> None:
    key, drafts = await hearer.pair.known(), list[bool]()

    async def look(command: AddRoom, state: Clinic | None, reader: Reader) -> None:
        drafts.append(hasattr(reader, "guards"))
        await reader.find(CLINIC, "jurisdiction_code", "GB")

    searching = replace(BARE_CLINIC, gathers={AddRoom: look})
    batches = [[hearer.room(key, f"{n} {m}", searching) for m in range(2)] for n in range(3)]
    for batch in batches:
        await hearer.inbox(batch)
    assert drafts.count(True) <= 2, "both of the first batch at most"
    assert drafts.count(False) == 6
    assert await hearer.pair.rooms(key) == [f"{n} {m}" for n in range(3) for m in range(2)]
    await hearer.whole(*[each for batch in batches for each in batch], events=7)
