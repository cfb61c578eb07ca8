"""Why a quote refuses."""

from services.chassis.kernel import DomainError, Fault


class QuoteNotFound(DomainError):
    """No such quote in this chain."""

    fault = Fault.NOT_FOUND
