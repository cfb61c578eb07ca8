"""How a session decides and changes, and which facts and timers follow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from services.chassis.kernel import Decider, Fact, Remove, Timer
from services.sessions.domain.gate.decider import deceased_in
from services.sessions.domain.session.booking import book, free_places, take_slots
from services.sessions.domain.session.checklist import (
    given_up,
    interrupt,
    record,
    refuse_incomplete,
    refuse_not_running,
    stop_in,
    with_step,
)
from services.sessions.domain.session.commands import (
    AbortSession,
    BookSession,
    Command,
    CompleteSession,
    DueFollowUp,
    LookAtGates,
    RecordStep,
    StartSession,
)
from services.sessions.domain.session.errors import SessionClosed, SessionNotFound
from services.sessions.domain.session.events import (
    Event,
    FollowUpDue,
    SessionAborted,
    SessionBooked,
    SessionCompleted,
    SessionInterrupted,
    SessionStarted,
    SessionStepRecorded,
)
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import (
    Clearance,
    Session,
    SessionState,
)
from services.sessions.domain.session.start import start

# DOMAIN 4.1 row 13 and 10 rule 12: within 24-72 h, and at 2, 4, 8 and 12 weeks for late nodules.
FOLLOW_UP_DAYS = (1, 14, 28, 56, 84)
RUNNING_OR_BOOKED = (SessionState.BOOKED, SessionState.STARTED)


def decide(command: Command, state: Session | None, facts: Surroundings) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    if isinstance(command, BookSession):
        return [book(command, facts)] if state is None else []
    if state is None:
        raise SessionNotFound
    return go_on(command, state, facts)


def go_on(
    command: StartSession | RecordStep | CompleteSession | AbortSession | LookAtGates | DueFollowUp,
    state: Session,
    facts: Surroundings,
) -> Sequence[Event]:
    """Return what `command` does to a session that is booked."""
    match command:
        case StartSession():
            return [start(command, state, facts)]
        case RecordStep():
            return record(command, state, facts)
        case CompleteSession():
            return [complete(command, state)]
        case AbortSession():
            return [abort(command, state)]
        case LookAtGates():
            return look(command, state, facts)
        case DueFollowUp():
            return follow_up(command, state, facts)


def complete(command: CompleteSession, state: Session) -> SessionCompleted:
    """Return the completion. A hold does not undo what was performed, so gates are not asked."""
    refuse_not_running(state)
    refuse_incomplete(state)
    assert state.started_at is not None, "a running session was started"
    return SessionCompleted(
        session_id=state.session_id,
        course_id=state.course_id,
        plan_id=state.plan_id,
        patient_id=state.patient_id,
        number=state.number,
        clinic_id=state.clinic_id,
        room_id=state.room_id,
        practitioner_id=state.hand,
        device_head_id=state.device_head_id,
        administrations=state.administrations,
        started_at=state.started_at,
        completed_at=command.at,
    )


def abort(command: AbortSession, state: Session) -> SessionAborted:
    """Return the end of a booked or running session."""
    if state.state not in RUNNING_OR_BOOKED:
        raise SessionClosed
    return SessionAborted(
        session_id=state.session_id,
        course_id=state.course_id,
        plan_id=state.plan_id,
        patient_id=state.patient_id,
        clinic_id=state.clinic_id,
        room_id=state.room_id,
        practitioner_id=state.hand,
        reason=command.reason,
        administrations=state.administrations,
        aborted_at=command.at,
        device_head_id=state.device_head_id,
    )


def look(command: LookAtGates, state: Session, facts: Surroundings) -> list[Event]:
    """Return the interruption of a session by what has reached it.

    A hold stops one that runs, and so does the end of its course. One that is booked would keep
    room, practitioner and credit for nobody where its course ended or was moved, or the patient
    died.
    """
    if state.state not in RUNNING_OR_BOOKED:
        return []
    booked_only = state.state is SessionState.BOOKED
    stop = given_up(state, facts) if booked_only else stop_in(facts)
    return [] if stop is None else [interrupt(state, stop, command.at)]


def follow_up(command: DueFollowUp, state: Session, facts: Surroundings) -> list[Event]:
    """Return the follow-up that is due, once; nobody is asked how a patient who died is."""
    if deceased_in(facts.gates):
        return []
    assert state.ended_at is not None, "follow-ups are set when a session ends"
    days = (command.due_at - state.ended_at).days
    if days in state.follow_up_days:
        return []
    return [FollowUpDue(state.session_id, state.patient_id, state.clinic_id, days, command.due_at)]


def booked(event: SessionBooked) -> Session:
    """Return the session as it is booked."""
    return Session(
        session_id=event.session_id,
        state=SessionState.BOOKED,
        course_id=event.course_id,
        plan_id=event.plan_id,
        patient_id=event.patient_id,
        number=event.number,
        clinic_id=event.clinic_id,
        room_id=event.room_id,
        practitioner_id=event.practitioner_id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        lot_ids=(),
        device_head_id=None,
        clearance=None,
        steps=(),
        abort_reason=None,
        interrupting_hold_id=None,
        interrupting_subject=None,
        interruption_cause=None,
        follow_up_days=(),
        booked_at=event.booked_at,
        started_at=None,
        ended_at=None,
    )


def evolve(state: Session | None, event: Event) -> Session:
    """Return the state after `event`."""
    if isinstance(event, SessionBooked):
        return booked(event)
    assert state is not None, "a session is booked before anything else happens to it"
    match event:
        case SessionStarted():
            return after_start(state, event)
        case SessionStepRecorded():
            return with_step(state, event)
        case FollowUpDue():
            return replace(state, follow_up_days=(*state.follow_up_days, event.offset_days))
        case SessionCompleted():
            return replace(state, state=SessionState.COMPLETED, ended_at=event.completed_at)
        case SessionAborted():
            return replace(
                state,
                state=SessionState.ABORTED,
                abort_reason=event.reason,
                ended_at=event.aborted_at,
            )
        case SessionInterrupted():
            return replace(
                state,
                state=SessionState.INTERRUPTED,
                interrupting_hold_id=event.hold_id or None,
                interrupting_subject=event.subject,
                interruption_cause=event.cause,
                ended_at=event.interrupted_at,
            )


def after_start(state: Session, event: SessionStarted) -> Session:
    """Return the session as it runs."""
    return replace(
        state,
        state=SessionState.STARTED,
        practitioner_id=event.practitioner_id,
        lot_ids=event.lot_ids,
        device_head_id=event.device_head_id,
        clearance=Clearance(event.clearance_feed_no, event.clearance_asked_at),
        started_at=event.started_at,
    )


def follow_ups(session_id: str, ended_at: datetime) -> list[Fact]:
    """Return the timers of the follow-ups after something was injected."""
    return [
        Timer(
            key=f"follow-up:{session_id}:{days}",
            due_at=ended_at + timedelta(days=days),
            command="due_follow_up",
            aggregate="session",
            aggregate_id=session_id,
        )
        for days in FOLLOW_UP_DAYS
    ]


def after_early_end(event: SessionAborted | SessionInterrupted, ended_at: datetime) -> list[Fact]:
    """Return the release of the whole booking; what was injected is followed up all the same."""
    freed = [Remove("bookings", {"session_id": event.session_id}), *free_places(event.session_id)]
    return freed + (follow_ups(event.session_id, ended_at) if event.administrations else [])


def project(event: Event) -> Sequence[Fact]:
    """Return the rows and timers of `event`."""
    match event:
        case SessionBooked():
            return take_slots(event)
        case SessionCompleted():
            # Its number stays taken, so that nobody books it again before the course has counted.
            return free_places(event.session_id) + follow_ups(event.session_id, event.completed_at)
        case SessionAborted():
            return after_early_end(event, event.aborted_at)
        case SessionInterrupted():
            return after_early_end(event, event.interrupted_at)
        case _:
            return []


DECIDER: Decider[Session, Command, Event, Surroundings] = Decider(decide, evolve, project)
