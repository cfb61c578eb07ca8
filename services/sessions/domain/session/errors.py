"""Why a session refuses."""

from services.chassis.kernel import DomainError, Fault


class SessionNotFound(DomainError):
    """No such session in this chain."""

    fault = Fault.NOT_FOUND


class RoomNotFound(DomainError):
    """No such room in this chain."""

    fault = Fault.NOT_FOUND


class RoomNotAtClinic(DomainError):
    """The room is of another clinic than the course."""


class PractitionerNotFound(DomainError):
    """No such practitioner in this chain."""

    fault = Fault.NOT_FOUND


class SessionAlreadyBooked(DomainError):
    """The course's next session has its booking; abort that one to book another time."""

    fault = Fault.ALREADY_EXISTS


class RoomTaken(DomainError):
    """Another session has the room at that time, or a part of it."""


class PractitionerTaken(DomainError):
    """Another session has the practitioner at that time, or a part of it."""


class SafetyUnavailable(DomainError):
    """The safety service could not be asked, so nothing starts."""

    fault = Fault.UNAVAILABLE


class ClearanceStale(DomainError):
    """Safety's answer was too old when it was to be used; try again."""

    fault = Fault.CONFLICT


class SessionClosed(DomainError):
    """The session is past the point where this could be done."""


class SessionNotStarted(DomainError):
    """The session is only booked."""


class StepOutOfOrder(DomainError):
    """An earlier step is missing, or the step's turn is over; the violation names the step."""


class StepsMissing(DomainError):
    """The session cannot be completed without these steps."""


class LotNotInSession(DomainError):
    """The session was not started with this lot."""
