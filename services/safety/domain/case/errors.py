"""Why a case refuses."""

from services.chassis.kernel import DomainError, Fault


class CaseNotFound(DomainError):
    """No such case in this chain."""

    fault = Fault.NOT_FOUND
