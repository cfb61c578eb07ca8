"""What happens to an outcome."""

from dataclasses import dataclass
from datetime import datetime

from services.sessions.domain.outcome.model import AssessorKind, Outcome


@dataclass(frozen=True, slots=True)
class OutcomeMeasured:
    """An outcome was measured."""

    outcome_id: str
    patient_id: str
    plan_id: str
    clinic_id: str
    outcome: Outcome
    assessor: AssessorKind
    measured_at: datetime


Event = OutcomeMeasured
