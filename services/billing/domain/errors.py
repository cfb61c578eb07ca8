"""Refusals that several aggregates share."""

from services.chassis.kernel import DomainError, Fault, Violation


class RequestInvalid(DomainError):
    """The request breaks a rule of its schema."""

    fault = Fault.INVALID

    def __init__(self, field: str, description: str) -> None:
        super().__init__(violations=[Violation("INVALID", field, description)])


class CurrencyDiffers(DomainError):
    """Amounts of one list or account are in one currency."""

    fault = Fault.INVALID
