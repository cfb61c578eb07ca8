"""What may be asked of an outcome."""

from dataclasses import dataclass
from datetime import datetime

from services.sessions.domain.outcome.model import AssessorKind, Outcome


@dataclass(frozen=True, slots=True)
class MeasureOutcome:
    """Record a measured value of a patient's course."""

    outcome_id: str
    patient_id: str
    plan_id: str
    course_id: str
    outcome: Outcome
    assessor: AssessorKind
    at: datetime


Command = MeasureOutcome
