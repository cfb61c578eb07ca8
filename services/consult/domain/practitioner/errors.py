"""Why a practitioner's record refuses."""

from services.chassis.kernel import DomainError, Fault


class PractitionerNotFound(DomainError):
    """No such practitioner in this chain."""

    fault = Fault.NOT_FOUND


class LicenceLapsed(DomainError):
    """The practitioner holds no licence that is valid today."""


class LicenceNotFound(DomainError):
    """The practitioner has no such licence."""

    fault = Fault.NOT_FOUND


class ResponsiblePractitionerRequired(DomainError):
    """Only who answers for the plan may do this, at the plan's clinic."""
