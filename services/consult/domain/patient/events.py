"""What happens to a patient's record."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.patient.model import (
    AgeBand,
    History,
    PregnancyPotential,
    VitalStatus,
)


@dataclass(frozen=True, slots=True)
class PatientRegistered:
    """A patient was registered."""

    patient_id: str
    clinic_id: str
    vital_status: VitalStatus
    age_band: AgeBand
    pregnancy_potential: PregnancyPotential
    identity: SealedText | None
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryRecorded:
    """The patient's history was recorded."""

    patient_id: str
    history: History
    recorded_at: datetime


Event = PatientRegistered | HistoryRecorded
