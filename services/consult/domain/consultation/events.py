"""What happens in a consultation."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.consultation.model import (
    Assessment,
    Findings,
    ReviewDecision,
    ReviewReason,
    ScreeningAnswer,
)


@dataclass(frozen=True, slots=True)
class ConsultationOpened:
    """Somebody began to examine a patient."""

    consultation_id: str
    patient_id: str
    clinic_id: str
    practitioner_id: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class FindingsRecorded:
    """The examination has its result; an earlier one and its assessment fall away."""

    consultation_id: str
    patient_id: str
    practitioner_id: str
    findings: Findings
    note: SealedText | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ScreeningAnswered:
    """The questionnaire was answered; earlier answers and their assessment fall away."""

    consultation_id: str
    patient_id: str
    practitioner_id: str
    questionnaire_version: str
    answers: tuple[ScreeningAnswer, ...]
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class SuitabilityAssessed:
    """The rules were applied."""

    consultation_id: str
    patient_id: str
    practitioner_id: str
    assessment: Assessment
    assessed_at: datetime


@dataclass(frozen=True, slots=True)
class SuitabilityReviewed:
    """A physician decided, by name and with a reason, on an assessment that left it to them."""

    consultation_id: str
    patient_id: str
    practitioner_id: str
    decision: ReviewDecision
    reason: ReviewReason
    note: SealedText | None
    rules_version: str
    reviewed_at: datetime


Event = (
    ConsultationOpened
    | FindingsRecorded
    | ScreeningAnswered
    | SuitabilityAssessed
    | SuitabilityReviewed
)
