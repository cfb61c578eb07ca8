"""The person as an aggregate, and how others find whose a record is by now."""

from collections.abc import Callable
from typing import Any

from services.chassis.handling import Aggregate, AnyAggregate, Reader
from services.sessions.domain.clinical import HoldKind
from services.sessions.domain.person.commands import Command, FollowAgain, FollowMerge
from services.sessions.domain.person.decider import DECIDER, Kept
from services.sessions.domain.person.events import Event
from services.sessions.domain.person.model import Person, person_id_of
from services.sessions.handlers.documents import COURSES, LOTS, OUTCOMES, REACTIONS, SESSIONS
from services.sessions.handlers.gate import known


async def gather_kept(
    command: FollowMerge | FollowAgain, state: Person | None, reader: Reader
) -> Kept:
    """Return the ids of all that is kept of the duplicate."""

    async def ids(
        aggregate: AnyAggregate, key: Callable[[Any], str], column: str
    ) -> tuple[str, ...]:
        found = await reader.find(aggregate, column, command.patient_id)
        return tuple(sorted(key(each) for each in found))

    return Kept(
        course_ids=await ids(COURSES, lambda each: each.course_id, "patient_id"),
        session_ids=await ids(SESSIONS, lambda each: each.session_id, "patient_id"),
        outcome_ids=await ids(OUTCOMES, lambda each: each.outcome_id, "patient_id"),
        reaction_ids=await ids(REACTIONS, lambda each: each.reaction_id, "patient_id"),
        lot_ids=await ids(LOTS, lambda each: each.lot_id, "for_patient_id"),
    )


PERSON: Aggregate[Person, Command, Event, Kept | None] = Aggregate(
    "person", DECIDER, Person, gathers={FollowMerge: gather_kept, FollowAgain: gather_kept}
)


async def survivor(patient_id: str, reader: Reader) -> str:
    """Return the record that a patient's is by now: it may have been merged, and that again."""
    passed: set[str] = set()
    while patient_id not in passed:
        passed.add(patient_id)
        person = await reader.get(PERSON, person_id_of(patient_id))
        if person is None or person.into_patient_id is None:
            break
        patient_id = person.into_patient_id
    return patient_id


async def survivor_if_known(patient_id: str, reader: Reader) -> str | None:
    """Return the same, or None of a patient who has not been heard of."""
    if not await known(HoldKind.PATIENT, patient_id, reader):
        return None
    return await survivor(patient_id, reader)
