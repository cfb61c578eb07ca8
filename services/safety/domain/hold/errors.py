"""Why a hold refuses."""

from services.chassis.kernel import DomainError, Fault


class HoldNotFound(DomainError):
    """No such hold in this chain."""

    fault = Fault.NOT_FOUND


class HoldAlreadyLifted(DomainError):
    """The hold no longer holds."""
