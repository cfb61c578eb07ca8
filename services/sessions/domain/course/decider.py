"""How a course decides."""

from collections.abc import Callable, Sequence
from typing import Any

from services.chassis.kernel import Decider
from services.sessions.domain.clinical import day_in
from services.sessions.domain.course.amending import (
    amended,
    closed,
    moved,
    resumed,
    suspended,
    taken_on,
)
from services.sessions.domain.course.commands import (
    CloseCourse,
    Command,
    MoveCourse,
    OpenCourse,
    ProgressCourse,
    ResumeCourse,
    ScheduleCourse,
    SuspendCourse,
    TakeOnCourse,
)
from services.sessions.domain.course.errors import CourseNotFound
from services.sessions.domain.course.events import (
    CourseOpened,
    CourseProgressed,
    CourseScheduled,
    Event,
)
from services.sessions.domain.course.evolution import evolve
from services.sessions.domain.course.facts import Ground, zone_in
from services.sessions.domain.course.model import Course, CourseCloseReason, CourseState, dated

# What becomes of a plan that was never accepted concerns no course.
CHANGES: dict[type[Any], Callable[[Any, Course], Sequence[Event]]] = {
    SuspendCourse: suspended,
    ResumeCourse: resumed,
    MoveCourse: moved,
    TakeOnCourse: taken_on,
    CloseCourse: closed,
}


def decide(command: Command, state: Course | None, facts: Ground | None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    if change := CHANGES.get(type(command)):
        return change(command, state) if state is not None else []
    match command:
        case OpenCourse():
            return [opened(command, facts)] if state is None else amended(command, state)
        case _ if state is None:
            raise CourseNotFound
        case ScheduleCourse():
            return scheduled(command, state, facts)
        case ProgressCourse():
            return progressed(command, state, facts)
    raise AssertionError("every other command is a change")


def opened(command: OpenCourse, facts: Ground | None) -> CourseOpened:
    """Return the opening, with as many sessions as the protocol has windows."""
    assert facts is not None, "an opening asks whose it is by now"
    assert facts.patient_id is not None, "and is told"
    return CourseOpened(
        course_id=command.course_id,
        plan_id=command.plan_id,
        patient_id=facts.patient_id,
        clinic_id=command.clinic_id,
        quote_id=command.quote_id,
        cocktail=command.cocktail,
        protocol=command.protocol,
        sessions_planned=len(command.protocol.windows),
        opened_at=command.at,
        earliest_session_at=command.earliest_session_at,
        last_performed_on=command.last_performed_on,
        terms_version=command.terms_version,
    )


def scheduled(command: ScheduleCourse, state: Course, facts: Ground | None) -> list[Event]:
    """Return the schedule of a course without one, from today until a session is performed.

    One that waits, or that a new consent may open again, was paid for all the same.
    """
    over = state.close_reason is CourseCloseReason.PLAN_WITHDRAWN
    if over or state.scheduled_at is not None or state.state is CourseState.COMPLETED:
        return []
    windows = dated(state.protocol, day_in(zone_in(facts, state.clinic_id), command.at))
    return [CourseScheduled(state.course_id, state.plan_id, state.patient_id, windows, command.at)]


def progressed(command: ProgressCourse, state: Course, facts: Ground | None) -> list[Event]:
    """Return the progress by a session not counted yet.

    Without a number the session ended early after an injection: it is not completed, but the
    gap to the next one runs from it.
    """
    if command.session_id in state.session_ids:
        return []
    windows = state.windows
    if command.number is not None and not state.sessions_completed:
        windows = dated(state.protocol, day_in(zone_in(facts, state.clinic_id), command.at))
    return [
        CourseProgressed(
            course_id=state.course_id,
            session_id=command.session_id,
            plan_id=state.plan_id,
            patient_id=state.patient_id,
            number=command.number or state.next_number,
            sessions_completed=state.sessions_completed + (command.number is not None),
            sessions_planned=state.sessions_planned,
            windows=windows,
            performed_at=command.at,
        )
    ]


DECIDER: Decider[Course, Command, Event, Ground | None] = Decider(decide, evolve)
