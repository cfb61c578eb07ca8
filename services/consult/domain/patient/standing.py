"""Whether anything may still be done with a record."""

from services.consult.domain.patient.errors import (
    PatientErased,
    PatientMerged,
    PatientNotFound,
    PatientRestricted,
)
from services.consult.domain.patient.model import Patient, PatientState


def usable(patient: Patient | None) -> Patient:
    """Return the record, or refuse one that nothing new may begin with."""
    standing = present(patient)
    if standing.state is PatientState.RESTRICTED:
        raise PatientRestricted
    return standing


def present(patient: Patient | None) -> Patient:
    """Return the record, or refuse one that is not there, is another's by now, or was erased."""
    if patient is None:
        raise PatientNotFound
    if patient.state is PatientState.MERGED:
        raise PatientMerged(into_patient_id=patient.into_patient_id or "")
    if patient.state is PatientState.ERASED:
        raise PatientErased
    return patient
