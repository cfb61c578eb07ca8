"""Why the formulary refuses."""

from services.chassis.kernel import DomainError


class PolicyMissing(DomainError):
    """A number that no source gives and the chain has not signed."""
