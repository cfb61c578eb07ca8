"""How a course decides and changes, and when it lets a session take place."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.chassis.kernel import Decider, Violation
from services.sessions.domain.course.commands import (
    CloseCourse,
    Command,
    OpenCourse,
    ProgressCourse,
    ScheduleCourse,
)
from services.sessions.domain.course.errors import (
    ConsentWithdrawn,
    CourseNotFound,
    IntervalTooLong,
    IntervalTooShort,
    NoCredit,
)
from services.sessions.domain.course.errors import CourseClosed as CourseClosedRefusal
from services.sessions.domain.course.events import (
    CourseClosed,
    CourseOpened,
    CourseProgressed,
    CourseScheduled,
    Event,
)
from services.sessions.domain.course.model import (
    Course,
    CourseCloseReason,
    CourseState,
    dated,
    earliest_on,
    latest_on,
)


def decide(command: Command, state: Course | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    match command:
        case OpenCourse():
            return [opened(command)] if state is None else []
        case CloseCourse():
            # Without a course the plan was never accepted, and there is nothing to end.
            return closed(command, state) if state is not None else []
        case _ if state is None:
            raise CourseNotFound
        case ScheduleCourse():
            return scheduled(command, state)
        case ProgressCourse():
            return progressed(command, state)


def opened(command: OpenCourse) -> CourseOpened:
    """Return the opening, with as many sessions as the protocol has windows."""
    return CourseOpened(
        course_id=command.course_id,
        plan_id=command.plan_id,
        patient_id=command.patient_id,
        clinic_id=command.clinic_id,
        quote_id=command.quote_id,
        cocktail=command.cocktail,
        protocol=command.protocol,
        sessions_planned=len(command.protocol.windows),
        opened_at=command.at,
    )


def scheduled(command: ScheduleCourse, state: Course) -> list[Event]:
    """Return the schedule of an open course, counted from now until a session is performed."""
    if state.state is not CourseState.OPEN:
        return []
    windows = dated(state.protocol, command.at.date())
    return [CourseScheduled(state.course_id, state.plan_id, state.patient_id, windows, command.at)]


def progressed(command: ProgressCourse, state: Course) -> list[Event]:
    """Return the progress by a session not counted yet.

    Without a number the session ended early after an injection: it is not completed, but the
    gap to the next one runs from it.
    """
    if command.session_id in state.session_ids:
        return []
    first = command.number is not None and not state.sessions_completed
    return [
        CourseProgressed(
            course_id=state.course_id,
            session_id=command.session_id,
            plan_id=state.plan_id,
            patient_id=state.patient_id,
            number=command.number or state.next_number,
            sessions_completed=state.sessions_completed + (command.number is not None),
            sessions_planned=state.sessions_planned,
            windows=dated(state.protocol, command.at.date()) if first else state.windows,
            performed_at=command.at,
        )
    ]


def closed(command: CloseCourse, state: Course) -> list[Event]:
    """Return the end of a course that has not ended; a completed one has nothing left to end."""
    if state.state in (CourseState.CLOSED, CourseState.COMPLETED):
        return []
    return [
        CourseClosed(state.course_id, state.plan_id, state.patient_id, command.reason, command.at)
    ]


def evolve(state: Course | None, event: Event) -> Course:
    """Return the state after `event`."""
    if isinstance(event, CourseOpened):
        return born(event)
    assert state is not None, "a course is opened before anything else happens to it"
    match event:
        case CourseScheduled():
            return replace(
                state,
                state=CourseState.SCHEDULED,
                windows=event.windows,
                scheduled_at=event.scheduled_at,
            )
        case CourseProgressed():
            return advanced(state, event)
        case CourseClosed():
            return replace(
                state,
                state=CourseState.CLOSED,
                close_reason=event.reason,
                closed_at=event.closed_at,
            )


def born(event: CourseOpened) -> Course:
    """Return the course as it opens."""
    return Course(
        course_id=event.course_id,
        state=CourseState.OPEN,
        plan_id=event.plan_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        quote_id=event.quote_id,
        cocktail=event.cocktail,
        protocol=event.protocol,
        sessions_planned=event.sessions_planned,
        sessions_completed=0,
        session_ids=(),
        windows=(),
        close_reason=None,
        opened_at=event.opened_at,
        scheduled_at=None,
        last_performed_at=None,
        closed_at=None,
    )


def advanced(state: Course, event: CourseProgressed) -> Course:
    """Return the course after a session; a closed one stays closed."""
    complete = event.sessions_completed >= event.sessions_planned
    stands = state.state is not CourseState.CLOSED and complete
    return replace(
        state,
        state=CourseState.COMPLETED if stands else state.state,
        sessions_completed=event.sessions_completed,
        session_ids=(*state.session_ids, event.session_id),
        windows=event.windows,
        last_performed_at=max(state.last_performed_at or event.performed_at, event.performed_at),
    )


def refuse_closed(course: Course) -> None:
    """Refuse a course that ended before its time, by the reason for which it ended."""
    if course.close_reason is CourseCloseReason.CONSENT_WITHDRAWN:
        raise ConsentWithdrawn
    if course.state is CourseState.CLOSED:
        raise CourseClosedRefusal


def refuse_unscheduled(course: Course) -> None:
    """Refuse a course that ended, or that waits for its deposit."""
    refuse_closed(course)
    if course.state is CourseState.OPEN:
        raise NoCredit


def refuse_too_early(course: Course, number: int, day: date) -> None:
    """Refuse a day before the first that is allowed; the violation says which that is."""
    first = earliest_on(course, number)
    if day < first:
        raise IntervalTooShort(
            violations=[Violation("EARLIEST_ON", course.course_id, first.isoformat())]
        )


def refuse_too_late(course: Course, number: int, day: date) -> None:
    """Refuse a day after the session's window (DOMAIN 10 rule 7)."""
    last = latest_on(course, number)
    if last is not None and day > last:
        raise IntervalTooLong(
            violations=[Violation("LATEST_ON", course.course_id, last.isoformat())]
        )


DECIDER: Decider[Course, Command, Event, None] = Decider(decide, evolve)
