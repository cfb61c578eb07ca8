"""Why a patient's record refuses."""

from services.chassis.kernel import DomainError, Fault


class PatientNotFound(DomainError):
    """No such patient in this chain."""

    fault = Fault.NOT_FOUND


class PatientDeceased(DomainError):
    """The patient has died."""


class PatientUnderAge(DomainError):
    """The patient is a minor."""


class PatientAgeUnknown(DomainError):
    """Without a birth date nobody can say that the patient is of age."""
