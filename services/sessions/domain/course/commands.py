"""What may be asked of a course. All of it comes from events, so repeats must be harmless."""

from dataclasses import dataclass
from datetime import datetime

from services.sessions.domain.clinical import Cocktail, Protocol
from services.sessions.domain.course.model import CourseCloseReason


@dataclass(frozen=True, slots=True)
class OpenCourse:
    """Open the course of an accepted plan."""

    course_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    cocktail: Cocktail
    protocol: Protocol
    at: datetime


@dataclass(frozen=True, slots=True)
class ScheduleCourse:
    """Give the course its windows: the deposit was paid."""

    course_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgressCourse:
    """Count a session that was performed, or in which at least something was injected."""

    course_id: str
    session_id: str
    number: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class CloseCourse:
    """End the course before its time."""

    course_id: str
    reason: CourseCloseReason
    at: datetime


Command = OpenCourse | ScheduleCourse | ProgressCourse | CloseCourse
