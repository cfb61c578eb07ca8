"""Why a gate keeps someone out."""

from services.chassis.kernel import DomainError


class HoldActive(DomainError):
    """A hold forbids it."""


class PatientDeceased(DomainError):
    """The patient has died."""


class SubjectUnknown(DomainError):
    """Something that is to be used has not been heard of here yet."""


class LicenceLapsed(DomainError):
    """The practitioner has no licence that is valid on the day."""
