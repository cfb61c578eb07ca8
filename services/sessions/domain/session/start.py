"""The start gate: is everything that this session is about to use clear, now?"""

from collections.abc import Sequence
from datetime import date, timedelta

from services.sessions.domain.clinical import HoldKind, HoldSubject, day_in
from services.sessions.domain.course.errors import CourseNotFound
from services.sessions.domain.course.model import Course
from services.sessions.domain.course.passing import (
    refuse_cooling_off,
    refuse_elsewhere,
    refuse_too_early,
    refuse_unscheduled,
)
from services.sessions.domain.gate.decider import (
    holds_in,
    refuse_deceased,
    refuse_held,
    refuse_unless_passable,
    refuse_unlicensed,
    time_zone_of,
)
from services.sessions.domain.lot.decider import refuse_out_of_date
from services.sessions.domain.lot.errors import (
    LotContentsDiffer,
    LotNotAtClinic,
    LotNotForPatient,
    LotNotFound,
)
from services.sessions.domain.lot.model import Lot, hold_together
from services.sessions.domain.session.commands import StartSession
from services.sessions.domain.session.errors import (
    ClearanceStale,
    SafetyUnavailable,
    SessionClosed,
)
from services.sessions.domain.session.events import SessionStarted
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import SafetyAnswer, Session, SessionState

# Safety's answer counts for this long, in either direction of two clocks.
CLEARANCE_GOOD_FOR = timedelta(seconds=5)


def start(command: StartSession, state: Session, facts: Surroundings) -> SessionStarted:
    """Return the start, or refuse it: what is held first, then what is not in order."""
    if state.state is not SessionState.BOOKED:
        raise SessionClosed
    course = facts.course
    if course is None:
        raise CourseNotFound
    refuse_deceased(facts.gates)
    refuse_unscheduled(course)
    refuse_elsewhere(course, state.clinic_id)
    refuse_cooling_off(course, state.number, command.at)
    lots = found(command, facts)
    answer = refuse_unclear(command, facts)
    time_zone = time_zone_of(facts.gates, state.clinic_id)
    today = day_in(time_zone, command.at)
    practitioner = HoldSubject(HoldKind.PRACTITIONER, command.practitioner_id)
    refuse_unlicensed(facts.gates[practitioner], today)
    refuse_too_early(course, state.number, today, time_zone)
    refuse_lots(command, state, lots, today)
    refuse_contents(course, lots)
    return started(command, state, lots, answer)


def found(command: StartSession, facts: Surroundings) -> list[Lot]:
    """Return the lots, or refuse one that is not there."""
    lots = [facts.lots.get(lot_id) for lot_id in command.lot_ids]
    for lot_id, lot in zip(command.lot_ids, lots, strict=True):
        if lot is None:
            raise LotNotFound(lot_id=lot_id)
    return [lot for lot in lots if lot is not None]


def refuse_unclear(command: StartSession, facts: Surroundings) -> SafetyAnswer:
    """Return safety's answer when neither it nor any gate here knows of a hold.

    A hold that is known refuses even where safety could not be asked; that none is known
    here is not enough.
    """
    answer = command.answer
    asked = [(each.subject, each.hold_id) for each in answer.active_holds] if answer else []
    refuse_held(list(dict.fromkeys([*holds_in(facts.gates), *asked])))
    refuse_unless_passable(facts.gates)
    if answer is None:
        raise SafetyUnavailable
    if abs(command.at - answer.asked_at) > CLEARANCE_GOOD_FOR:
        raise ClearanceStale
    return answer


def refuse_lots(command: StartSession, state: Session, lots: Sequence[Lot], today: date) -> None:
    """Refuse a lot that is elsewhere, somebody else's, or past its time."""
    for lot in lots:
        if lot.clinic_id != state.clinic_id:
            raise LotNotAtClinic(lot_id=lot.lot_id)
        if lot.for_patient_id not in (None, state.patient_id):
            raise LotNotForPatient(lot_id=lot.lot_id)
        refuse_out_of_date(lot.expires_on, lot.beyond_use_at, command.at, today)


def refuse_contents(course: Course, lots: Sequence[Lot]) -> None:
    """Refuse lots that do not add up to the plan's cocktail."""
    if not hold_together(lots, course.cocktail):
        raise LotContentsDiffer


def started(
    command: StartSession, state: Session, lots: Sequence[Lot], answer: SafetyAnswer
) -> SessionStarted:
    """Return the start by the practitioner who acts, who need not be the one booked."""
    return SessionStarted(
        session_id=state.session_id,
        course_id=state.course_id,
        plan_id=state.plan_id,
        patient_id=state.patient_id,
        number=state.number,
        clinic_id=state.clinic_id,
        room_id=state.room_id,
        practitioner_id=command.practitioner_id,
        lot_ids=tuple(lot.lot_id for lot in lots),
        device_head_id=command.device_head_id,
        clearance_feed_no=answer.feed_no,
        clearance_asked_at=answer.asked_at,
        started_at=command.at,
    )
