"""The session as an aggregate, and what it holds still while it decides.

Rows are locked in one order by every command: the session, its course, its lots, the gates.
"""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.handling import Reader
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.lot.model import Lot
from services.sessions.domain.session.commands import (
    BookSession,
    DueFollowUp,
    LookAtGates,
    RecordStep,
    StartSession,
)
from services.sessions.domain.session.errors import (
    PractitionerTaken,
    RoomTaken,
    SessionAlreadyBooked,
)
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import Session, Usage, usage_of
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.documents import SESSIONS, Sessions
from services.sessions.handlers.gate import gates_of
from services.sessions.handlers.lot import LOT


async def gather_booking(
    command: BookSession, state: Session | None, reader: Reader
) -> Surroundings:
    """Return the course, and the gates of patient, clinic, room, practitioner and cocktail."""
    course = await reader.get(COURSE, command.course_id)
    if course is None:
        return Surroundings()
    usage = Usage(
        patient_id=course.patient_id,
        clinic_id=course.clinic_id,
        room_id=command.room_id,
        practitioner_ids=(command.practitioner_id,),
        ingredient_codes=[each.ingredient_code for each in course.cocktail.components],
    )
    return Surroundings(course=course, gates=await gates_of(usage.subjects, reader))


async def gather_start(
    command: StartSession, state: Session | None, reader: Reader
) -> Surroundings:
    """Return course, lots, and the gates of all that is about to be used."""
    if state is None:
        return Surroundings()
    course = await reader.get(COURSE, state.course_id)
    lots = await lots_of(command.lot_ids, reader)
    present = [lot for lot in lots.values() if lot is not None]
    usage = usage_of(state, (command.practitioner_id,), command.device_head_id, present)
    return Surroundings(course, lots, await gates_of(usage.subjects, reader))


async def gather_step(command: RecordStep, state: Session | None, reader: Reader) -> Surroundings:
    """Return the course and the gates of what is in use, by whoever acts now."""
    return await in_use(state, (command.practitioner_id,), reader)


async def gather_look(command: LookAtGates, state: Session | None, reader: Reader) -> Surroundings:
    """Return the course and the gates of what is in use."""
    return await in_use(state, (), reader)


async def gather_patient(
    command: DueFollowUp, state: Session | None, reader: Reader
) -> Surroundings:
    """Return the patient's gate."""
    if state is None:
        return Surroundings()
    return Surroundings(
        gates=await gates_of([HoldSubject(HoldKind.PATIENT, state.patient_id)], reader)
    )


async def in_use(state: Session | None, acting: tuple[str, ...], reader: Reader) -> Surroundings:
    """Return course, lots and gates of a running session in which `acting` have a hand too."""
    if state is None:
        return Surroundings()
    course = await reader.get(COURSE, state.course_id)
    lots = await lots_of(state.lot_ids, reader)
    present = [lot for lot in lots.values() if lot is not None]
    hands = (state.practitioner_id, *acting)
    usage = usage_of(state, hands, state.device_head_id, present)
    return Surroundings(course, lots, await gates_of(usage.subjects, reader))


async def lots_of(lot_ids: Sequence[str], reader: Reader) -> dict[str, Lot | None]:
    """Return each lot, held still, in the order of ids."""
    lots: dict[str, Lot | None] = {}
    for lot_id in sorted(lot_ids):
        lot = await reader.get(LOT, lot_id)
        lots[lot_id] = lot
    return lots


SESSION: Sessions = replace(
    SESSIONS,
    gathers={
        BookSession: gather_booking,
        StartSession: gather_start,
        RecordStep: gather_step,
        LookAtGates: gather_look,
        DueFollowUp: gather_patient,
    },
    constraints={
        "bookings_number": SessionAlreadyBooked,
        "room_slots_pkey": RoomTaken,
        "practitioner_slots_pkey": PractitionerTaken,
    },
)
