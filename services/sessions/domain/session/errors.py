"""Why a session refuses."""

from services.chassis.kernel import DomainError, Fault


class SessionNotFound(DomainError):
    """No such session in this chain."""

    fault = Fault.NOT_FOUND


class RoomNotFound(DomainError):
    """No such room in this chain."""

    fault = Fault.NOT_FOUND


class PractitionerNotFound(DomainError):
    """No such practitioner in this chain."""

    fault = Fault.NOT_FOUND


class RoomTaken(DomainError):
    """The room is booked at that time."""


class PractitionerTaken(DomainError):
    """The practitioner is booked at that time."""


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
