"""Why a report is refused."""

from services.chassis.kernel import DomainError, Fault


class ReactionNotFound(DomainError):
    """No such reaction in this chain."""

    fault = Fault.NOT_FOUND


class SessionNotOfPatient(DomainError):
    """The session belongs to another patient."""
