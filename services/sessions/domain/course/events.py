"""What happens to a course."""

from dataclasses import dataclass
from datetime import datetime

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


Event = CourseOpened | CourseScheduled | CourseProgressed | CourseClosed
