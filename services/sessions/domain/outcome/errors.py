"""Why an outcome is refused."""

from services.chassis.kernel import DomainError, Fault


class OutcomeNotFound(DomainError):
    """No such outcome in this chain."""

    fault = Fault.NOT_FOUND


class PlanNotOfPatient(DomainError):
    """The plan belongs to another patient."""
