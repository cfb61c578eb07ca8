"""A course: an accepted plan on its way through its sessions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from services.sessions.domain.clinical import Cocktail, Protocol, day_in


class CourseState(Enum):
    """Where a course stands."""

    OPEN = "OPEN"
    SCHEDULED = "SCHEDULED"
    COMPLETED = "COMPLETED"
    CLOSED = "CLOSED"
    SUSPENDED = "SUSPENDED"


class CourseCloseReason(Enum):
    """Why a course ended before its time."""

    PLAN_WITHDRAWN = "PLAN_WITHDRAWN"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"


@dataclass(frozen=True, slots=True)
class CourseWindow:
    """When one session of the course may take place."""

    number: int
    earliest_on: date
    ideal_on: date
    latest_on: date


@dataclass(frozen=True, slots=True)
class Course:
    """A course with its windows and what was performed of it."""

    course_id: str
    state: CourseState
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    cocktail: Cocktail
    protocol: Protocol
    sessions_planned: int
    sessions_completed: int
    # Sessions that were completed or, injected in part, ended early: each counts once.
    session_ids: tuple[str, ...]
    windows: tuple[CourseWindow, ...]
    close_reason: CourseCloseReason | None
    opened_at: datetime
    scheduled_at: datetime | None
    last_performed_at: datetime | None
    closed_at: datetime | None
    earliest_session_at: datetime | None
    awaits_responsible: bool
    terms_version: int
    # Of a change of the plan that is not accepted yet; as old as the terms where there is none.
    awaited_terms_version: int
    # The last injection that another system gave; None of a course that began here.
    last_performed_on: date | None

    @property
    def next_number(self) -> int:
        return self.sessions_completed + 1


def dated(protocol: Protocol, first_on: date) -> tuple[CourseWindow, ...]:
    """Return the protocol's windows, counted from the day of the first session."""
    return tuple(
        CourseWindow(
            number=window.number,
            earliest_on=first_on + timedelta(days=window.earliest_days),
            ideal_on=first_on + timedelta(days=window.ideal_days),
            latest_on=first_on + timedelta(days=window.latest_days),
        )
        for window in protocol.windows
    )


def redated(course: Course, protocol: Protocol) -> tuple[CourseWindow, ...]:
    """Return the windows of a changed protocol, counted from the day that the old ones do."""
    if not course.windows:
        return ()
    first = course.protocol.windows[0]
    return dated(protocol, course.windows[0].ideal_on - timedelta(days=first.ideal_days))


def last_injected_on(course: Course, time_zone: str) -> date | None:
    """Return the day of the last injection; None before the first."""
    if course.last_performed_at is None:
        return course.last_performed_on
    return day_in(time_zone, course.last_performed_at)


def earliest_on(course: Course, number: int, time_zone: str) -> date:
    """Return the first day for session `number`: the later of window minimum and floor.

    DOMAIN 2.2 and 10 rule 7. The floor runs from the last performed injection: a window of
    weekly sessions with two days' tolerance would allow five days where the floor is seven.
    """
    window = course.windows[number - 1]
    last = last_injected_on(course, time_zone)
    if last is None:
        return window.earliest_on
    return max(window.earliest_on, last + timedelta(days=course.protocol.floor_days))


def latest_on(course: Course, number: int, time_zone: str) -> date | None:
    """Return the last day for session `number`; None for the first, from which all others count.

    Where the floor ends behind the window, the first day of the one is the last of the other:
    no session is asked to be both later and earlier.
    """
    if not course.sessions_completed:
        return None
    return max(course.windows[number - 1].latest_on, earliest_on(course, number, time_zone))
