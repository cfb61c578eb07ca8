"""When a course lets a session be booked, and when it lets one take place."""

from datetime import date, datetime

from services.chassis.kernel import Violation
from services.sessions.domain.course.errors import (
    ConsentWithdrawn,
    CoolingOff,
    CourseClosed,
    CourseMoved,
    CourseSuspended,
    IntervalTooLong,
    IntervalTooShort,
    NoCredit,
    ResponsibleSignatureMissing,
)
from services.sessions.domain.course.model import (
    Course,
    CourseCloseReason,
    CourseState,
    earliest_on,
    latest_on,
)


def refuse_closed(course: Course) -> None:
    """Refuse a course that ended before its time, by the reason for which it ended."""
    if course.close_reason is CourseCloseReason.CONSENT_WITHDRAWN:
        raise ConsentWithdrawn
    if course.state is CourseState.CLOSED:
        raise CourseClosed


def refuse_unscheduled(course: Course) -> None:
    """Refuse a course that ended, that waits for its plan, or for its deposit."""
    refuse_closed(course)
    if course.state is CourseState.SUSPENDED:
        raise CourseSuspended
    if course.state is CourseState.OPEN:
        raise NoCredit


def refuse_elsewhere(course: Course, clinic_id: str) -> None:
    """Refuse a session at a clinic that the course was moved from, or is not signed for yet."""
    if course.clinic_id != clinic_id:
        raise CourseMoved
    if course.awaits_responsible:
        raise ResponsibleSignatureMissing


def refuse_cooling_off(course: Course, number: int, moment: datetime) -> None:
    """Refuse the first session while the patient may still think it over (DOMAIN 8)."""
    earliest = course.earliest_session_at
    if number == 1 and earliest is not None and moment < earliest:
        raise CoolingOff(
            violations=[Violation("EARLIEST_AT", course.course_id, earliest.isoformat())]
        )


def refuse_too_early(course: Course, number: int, day: date, time_zone: str) -> None:
    """Refuse a day before the first that is allowed; the violation says which that is."""
    first = earliest_on(course, number, time_zone)
    if day < first:
        raise IntervalTooShort(
            violations=[Violation("EARLIEST_ON", course.course_id, first.isoformat())]
        )


def refuse_too_late(course: Course, number: int, day: date, time_zone: str) -> None:
    """Refuse a day after the session's window (DOMAIN 10 rule 7)."""
    last = latest_on(course, number, time_zone)
    if last is not None and day > last:
        raise IntervalTooLong(
            violations=[Violation("LATEST_ON", course.course_id, last.isoformat())]
        )
