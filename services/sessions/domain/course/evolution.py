"""How a course changes by each of its events."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from services.sessions.domain.course.events import (
    CourseAmended,
    CourseClosed,
    CourseMoved,
    CourseOpened,
    CourseProgressed,
    CourseResumed,
    CourseScheduled,
    CourseSuspended,
    CourseTakenOn,
    Event,
)
from services.sessions.domain.course.model import Course, CourseState


def evolve(state: Course | None, event: Event) -> Course:
    """Return the state after `event`."""
    if isinstance(event, CourseOpened):
        return born(event)
    assert state is not None, "a course is opened before anything else happens to it"
    return AFTER[type(event)](state, event)


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
        earliest_session_at=event.earliest_session_at,
        awaits_responsible=False,
        terms_version=event.terms_version,
        awaited_terms_version=event.terms_version,
        last_performed_on=event.last_performed_on,
    )


def scheduled(state: Course, event: CourseScheduled) -> Course:
    """Return the course with its windows; one that waits or has ended still does."""
    opens = state.state is CourseState.OPEN
    return replace(
        state,
        state=CourseState.SCHEDULED if opens else state.state,
        windows=event.windows,
        scheduled_at=event.scheduled_at,
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


def closed(state: Course, event: CourseClosed) -> Course:
    """Return the course as it ended."""
    return replace(
        state, state=CourseState.CLOSED, close_reason=event.reason, closed_at=event.closed_at
    )


def suspended(state: Course, event: CourseSuspended) -> Course:
    """Return the course as it waits."""
    awaited = max(state.awaited_terms_version, event.awaited_terms_version)
    return replace(state, state=CourseState.SUSPENDED, awaited_terms_version=awaited)


def amended(state: Course, event: CourseAmended) -> Course:
    """Return the course by the changed plan, to which whoever answers for it has signed."""
    changed = replace(
        state,
        clinic_id=event.clinic_id,
        quote_id=event.quote_id,
        cocktail=event.cocktail,
        protocol=event.protocol,
        sessions_planned=event.sessions_planned,
        windows=event.windows,
        terms_version=event.terms_version,
        awaited_terms_version=event.terms_version,
        earliest_session_at=event.earliest_session_at,
        awaits_responsible=False,
        close_reason=None,
        closed_at=None,
    )
    return replace(changed, state=standing(changed))


def standing(state: Course) -> CourseState:
    """Return where a course stands that nothing holds up."""
    if state.sessions_completed >= state.sessions_planned:
        return CourseState.COMPLETED
    return CourseState.OPEN if state.scheduled_at is None else CourseState.SCHEDULED


def resumed(state: Course, event: CourseResumed) -> Course:
    """Return the course as it goes on."""
    return replace(state, state=standing(state))


def moved(state: Course, event: CourseMoved) -> Course:
    """Return the course at its new clinic, unsigned."""
    return replace(state, clinic_id=event.clinic_id, awaits_responsible=True)


def taken_on(state: Course, event: CourseTakenOn) -> Course:
    """Return the course with whoever answers for it."""
    return replace(state, awaits_responsible=False)


AFTER: dict[type[Any], Callable[[Course, Any], Course]] = {
    CourseScheduled: scheduled,
    CourseProgressed: advanced,
    CourseClosed: closed,
    CourseSuspended: suspended,
    CourseResumed: resumed,
    CourseAmended: amended,
    CourseMoved: moved,
    CourseTakenOn: taken_on,
}
