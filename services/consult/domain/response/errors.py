"""Why a response refuses."""

from services.chassis.kernel import DomainError, Fault


class ResponseNotFound(DomainError):
    """Nothing was measured or performed of this plan yet."""

    fault = Fault.NOT_FOUND
