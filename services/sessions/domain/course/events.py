"""What happens to a course."""

from dataclasses import dataclass
from datetime import date, datetime

from services.sessions.domain.clinical import Cocktail, Protocol
from services.sessions.domain.course.model import CourseCloseReason, CourseWindow


@dataclass(frozen=True, slots=True)
class CourseOpened:
    """A plan was accepted, so there is a course."""

    course_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    cocktail: Cocktail
    protocol: Protocol
    sessions_planned: int
    opened_at: datetime
    earliest_session_at: datetime | None
    last_performed_on: date | None
    terms_version: int


@dataclass(frozen=True, slots=True)
class CourseScheduled:
    """Sessions may be booked in these windows."""

    course_id: str
    plan_id: str
    patient_id: str
    windows: tuple[CourseWindow, ...]
    scheduled_at: datetime


@dataclass(frozen=True, slots=True)
class CourseProgressed:
    """A session was performed; the windows that follow count from it."""

    course_id: str
    session_id: str
    plan_id: str
    patient_id: str
    number: int
    sessions_completed: int
    sessions_planned: int
    windows: tuple[CourseWindow, ...]
    performed_at: datetime


@dataclass(frozen=True, slots=True)
class CourseClosed:
    """The course ended before its time."""

    course_id: str
    plan_id: str
    patient_id: str
    reason: CourseCloseReason
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class CourseSuspended:
    """A course waits: its plan is being changed, or no longer passes."""

    course_id: str
    plan_id: str
    patient_id: str
    suspended_at: datetime
    # Of the terms that must be accepted first; 0 where the plan no longer passes.
    awaited_terms_version: int


@dataclass(frozen=True, slots=True)
class CourseResumed:
    """It goes on as it was."""

    course_id: str
    plan_id: str
    patient_id: str
    resumed_at: datetime


@dataclass(frozen=True, slots=True)
class CourseAmended:
    """A changed plan was accepted; the sessions still to come follow it."""

    course_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    cocktail: Cocktail
    protocol: Protocol
    sessions_planned: int
    windows: tuple[CourseWindow, ...]
    terms_version: int
    earliest_session_at: datetime | None
    amended_at: datetime


@dataclass(frozen=True, slots=True)
class CourseMoved:
    """A course goes on at another clinic, once its responsible practitioner has signed."""

    course_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class CourseTakenOn:
    """Who answers for it at its new clinic signed."""

    course_id: str
    plan_id: str
    patient_id: str
    practitioner_id: str
    taken_on_at: datetime


Event = (
    CourseOpened
    | CourseScheduled
    | CourseProgressed
    | CourseClosed
    | CourseSuspended
    | CourseResumed
    | CourseAmended
    | CourseMoved
    | CourseTakenOn
)
