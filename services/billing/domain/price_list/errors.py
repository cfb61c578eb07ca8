"""Why there is no price."""

from services.chassis.kernel import DomainError, Fault


class PriceListNotFound(DomainError):
    """The chain has no price list that is in force."""

    fault = Fault.NOT_FOUND


class PriceMissing(DomainError):
    """The chain's price list has no price for this."""
