"""What may be asked of a course. All of it comes from events, so repeats must be harmless."""

from dataclasses import dataclass
from datetime import date, datetime

from services.sessions.domain.clinical import Cocktail, Protocol
from services.sessions.domain.course.model import CourseCloseReason


@dataclass(frozen=True, slots=True)
class OpenCourse:
    """Open the course of an accepted plan, or change it where a changed plan is accepted."""

    course_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    cocktail: Cocktail
    protocol: Protocol
    earliest_session_at: datetime | None
    last_performed_on: date | None
    terms_version: int
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
class SuspendCourse:
    """Let the course wait: for these terms to be accepted, or, at 0, until the plan passes."""

    course_id: str
    awaited_terms_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ResumeCourse:
    """Let the course go on: the plan passes again."""

    course_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MoveCourse:
    """Let the course go on at another clinic."""

    course_id: str
    clinic_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TakeOnCourse:
    """Say that who answers for it at its new clinic signed."""

    course_id: str
    practitioner_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CloseCourse:
    """End the course before its time."""

    course_id: str
    reason: CourseCloseReason
    at: datetime


Change = SuspendCourse | ResumeCourse | MoveCourse | TakeOnCourse | CloseCourse
Command = OpenCourse | ScheduleCourse | ProgressCourse | Change
