"""What may be asked of a patient's record."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.patient.clinical import History
from services.consult.domain.patient.model import AgeBand, PregnancyPotential, VitalStatus


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    """Register a patient at a clinic; the birth date was looked at before it was sealed."""

    patient_id: str
    clinic_id: str
    identity: SealedText | None
    vital_status: VitalStatus
    age_band: AgeBand
    pregnancy_potential: PregnancyPotential
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """Record what is known of the patient's health; the newest record holds."""

    patient_id: str
    history: History
    at: datetime


Command = RegisterPatient | RecordHistory
