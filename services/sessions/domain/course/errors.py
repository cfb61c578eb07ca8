"""Why a course refuses."""

from services.chassis.kernel import DomainError, Fault


class CourseNotFound(DomainError):
    """No such course in this chain."""

    fault = Fault.NOT_FOUND


class PlanNotFound(DomainError):
    """No plan of this id has been accepted in this chain."""

    fault = Fault.NOT_FOUND


class NoCredit(DomainError):
    """The course is not scheduled: the deposit has not been paid."""


class CourseClosed(DomainError):
    """The course takes no more sessions."""


class ConsentWithdrawn(DomainError):
    """The patient took the consent back."""


class CourseComplete(DomainError):
    """Every planned session is performed."""


class IntervalTooShort(DomainError):
    """Too soon: before the session's window, or too close to the last performed injection."""


class IntervalTooLong(DomainError):
    """The session's window has passed; a review is needed."""


class ResponsibleSignatureMissing(DomainError):
    """The clinic's new responsible practitioner has not signed."""


class CourseSuspended(DomainError):
    """The plan is being changed or no longer passes; sessions wait."""


class CoolingOff(DomainError):
    """The time to think it over still runs."""


class CourseMoved(DomainError):
    """The course was moved to another clinic; this booking is given up, book there."""
