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


class PatientMerged(DomainError):
    """The record was merged into another, which metadata names."""


class PatientErased(DomainError):
    """The person was erased."""


class PatientRestricted(DomainError):
    """The record is kept by duty, and nothing may be done with it."""


class LegalHoldActive(DomainError):
    """A legal hold keeps the record."""


class LegalHoldNotFound(DomainError):
    """The record has no such legal hold."""

    fault = Fault.NOT_FOUND


class RetentionRunning(DomainError):
    """The chain's time of retention still runs."""


class SeriousCaseOpen(DomainError):
    """A serious case of this patient is open."""


class PatientInTreatment(DomainError):
    """An accepted plan is not withdrawn yet."""


class MergeNotAllowed(DomainError):
    """These two records cannot become one."""


class TherapyNotFound(DomainError):
    """The record has no such therapy."""

    fault = Fault.NOT_FOUND


class LabUnknown(DomainError):
    """No laboratory test of this code is in force."""

    fault = Fault.INVALID


class LabResultInvalid(DomainError):
    """The test says something else: a figure, positive or negative, or only that it was done."""

    fault = Fault.INVALID


class LabUnitUnknown(DomainError):
    """The test is not given in this unit."""

    fault = Fault.INVALID


class CodingUnknown(DomainError):
    """No row of the reference data has this code of its own system."""

    fault = Fault.INVALID


class PhotoConsentMissing(DomainError):
    """No photo consent stands."""


class NeighbourUnavailable(DomainError):
    """A neighbour that has to be asked did not answer, so nothing half is given."""

    fault = Fault.UNAVAILABLE


class SafetyUnavailable(DomainError):
    """Safety could not be asked, so nothing is erased."""

    fault = Fault.UNAVAILABLE


class ClearanceStale(DomainError):
    """Safety's answer was too old when it was to be used; try again."""

    fault = Fault.CONFLICT
