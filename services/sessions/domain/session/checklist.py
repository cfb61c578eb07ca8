"""The checklist of a running session: its steps in order, and what stops it (DOMAIN 4.1)."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.chassis.kernel import Violation
from services.sessions.domain.clinical import HoldSubject, Step
from services.sessions.domain.course.errors import CourseSuspended
from services.sessions.domain.course.model import CourseCloseReason, CourseState
from services.sessions.domain.course.passing import refuse_closed
from services.sessions.domain.gate.decider import (
    deceased_in,
    holds_in,
    refuse_deceased,
    refuse_held,
)
from services.sessions.domain.session.commands import RecordStep
from services.sessions.domain.session.errors import (
    LotNotInSession,
    SessionClosed,
    SessionNotStarted,
    StepOutOfOrder,
    StepsMissing,
)
from services.sessions.domain.session.events import SessionInterrupted, SessionStepRecorded
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import (
    InterruptionCause,
    RecordedStep,
    Session,
    SessionState,
)

ORDER: tuple[Step, ...] = tuple(Step)
BEFORE_INJECTION = ORDER[: ORDER.index(Step.INJECTED)]
MANDATORY: tuple[Step, ...] = tuple(step for step in ORDER if step is not Step.ANAESTHETIC_APPLIED)


@dataclass(frozen=True, slots=True)
class Stop:
    """What stops a running session; subject and hold are of a hold."""

    cause: InterruptionCause
    subject: HoldSubject | None = None
    hold_id: str = ""


CAUSES = {
    CourseCloseReason.CONSENT_WITHDRAWN: InterruptionCause.CONSENT_WITHDRAWN,
    CourseCloseReason.PLAN_WITHDRAWN: InterruptionCause.PLAN_WITHDRAWN,
}


def stop_in(facts: Surroundings) -> Stop | None:
    """Return what stops a session in these surroundings: the end of its course before any hold."""
    if facts.course is not None and facts.course.close_reason is not None:
        return Stop(CAUSES[facts.course.close_reason])
    held = holds_in(facts.gates)
    return Stop(InterruptionCause.HOLD, *held[0]) if held else None


def given_up(state: Session, facts: Surroundings) -> Stop | None:
    """Return what lets a booked session be given up: nobody will come, or not here.

    A hold does not: it may be lifted by then, and is asked about at the needle.
    """
    course = facts.course
    if course is not None and course.close_reason is not None:
        return Stop(CAUSES[course.close_reason])
    if deceased_in(facts.gates):
        return Stop(InterruptionCause.PATIENT_DECEASED)
    if course is not None and course.clinic_id != state.clinic_id:
        return Stop(InterruptionCause.COURSE_MOVED)
    return None


def record(
    command: RecordStep, state: Session, facts: Surroundings
) -> list[SessionStepRecorded | SessionInterrupted]:
    """Return the step, or refuse it.

    What was injected is recorded even when a hold has come meanwhile or the consent was taken
    back, since refusing to write it down would lose the exposure; the session is then
    interrupted in the same breath. So is one that was interrupted before it could be written.
    """
    stop = stopped(state) if command.step is Step.INJECTED else None
    if stop is None:
        refuse_not_running(state)
        stop = stop_in(facts)
    if command.step is not Step.INJECTED:
        refuse_stopped(facts)
    if command.step in BEFORE_INJECTION:
        refuse_waiting(facts)
    refuse_out_of_order(command.step, state)
    for injection in command.injections:
        if injection.lot_id not in state.lot_ids:
            raise LotNotInSession(lot_id=injection.lot_id)
    recorded = SessionStepRecorded(
        session_id=state.session_id,
        patient_id=state.patient_id,
        practitioner_id=command.practitioner_id,
        step=command.step,
        injections=command.injections,
        recorded_at=command.at,
    )
    if stop is None:
        return [recorded]
    return [recorded, interrupt(with_step(state, recorded), stop, command.at)]


def stopped(state: Session) -> Stop | None:
    """Return what had interrupted the session; None of one that was not, or never began."""
    if state.interruption_cause is None or state.started_at is None:
        return None
    return Stop(
        state.interruption_cause, state.interrupting_subject, state.interrupting_hold_id or ""
    )


def refuse_stopped(facts: Surroundings) -> None:
    """Refuse to go on in a course that ended, with a patient who died, or under a hold."""
    if facts.course is not None:
        refuse_closed(facts.course)
    refuse_deceased(facts.gates)
    refuse_held(holds_in(facts.gates))


def refuse_waiting(facts: Surroundings) -> None:
    """Refuse to go on towards an injection under a plan that was changed or passes no more.

    Consent ends with any change of the plan (DOMAIN 10 rule 6). What was injected is looked after.
    """
    if facts.course is not None and facts.course.state is CourseState.SUSPENDED:
        raise CourseSuspended


def refuse_not_running(state: Session) -> None:
    """Refuse a session that has not begun, or has ended."""
    if state.state is SessionState.BOOKED:
        raise SessionNotStarted
    if state.state is not SessionState.STARTED:
        raise SessionClosed


def refuse_out_of_order(step: Step, state: Session) -> None:
    """Refuse a step before its turn or after it.

    Injections may be recorded zone by zone, so that step alone may come more than once.
    """
    done = {recorded.step for recorded in state.steps}
    place = ORDER.index(step)
    missing = [each for each in ORDER[:place] if each in MANDATORY and each not in done]
    over = done & set(ORDER[place if step is not Step.INJECTED else place + 1 :])
    if missing or over:
        named = missing or [step]
        raise StepOutOfOrder(violations=[Violation("STEP", each.value) for each in named])


def refuse_incomplete(state: Session) -> None:
    """Refuse to complete a session that lacks a mandatory step (the anaesthetic is optional)."""
    done = {recorded.step for recorded in state.steps}
    missing = [step for step in MANDATORY if step not in done]
    if missing:
        raise StepsMissing(violations=[Violation("STEP", step.value) for step in missing])


def with_step(state: Session, event: SessionStepRecorded) -> Session:
    """Return the session after a step."""
    step = RecordedStep(event.step, event.practitioner_id, event.injections, event.recorded_at)
    return replace(state, steps=(*state.steps, step))


def interrupt(state: Session, stop: Stop, at: datetime) -> SessionInterrupted:
    """Return the interruption of `state`, with what had been injected by then."""
    return SessionInterrupted(
        session_id=state.session_id,
        course_id=state.course_id,
        plan_id=state.plan_id,
        patient_id=state.patient_id,
        clinic_id=state.clinic_id,
        room_id=state.room_id,
        practitioner_id=state.hand,
        hold_id=stop.hold_id,
        subject=stop.subject,
        administrations=state.administrations,
        interrupted_at=at,
        cause=stop.cause,
        device_head_id=state.device_head_id,
    )
