"""Why a chain refuses."""

from services.chassis.kernel import DomainError, Fault


class ChainNotFound(DomainError):
    """The chain is not registered."""

    fault = Fault.NOT_FOUND


class ChainAlreadyRegistered(DomainError):
    """The chain is registered already."""

    fault = Fault.ALREADY_EXISTS
