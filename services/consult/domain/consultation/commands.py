"""What may be asked of a consultation."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.consultation.grading import Scales
from services.consult.domain.consultation.model import (
    Findings,
    ReviewDecision,
    ReviewReason,
    ScreeningAnswer,
)
from services.consult.domain.consultation.screening import Questionnaire


@dataclass(frozen=True, slots=True)
class OpenConsultation:
    """Begin to examine a patient."""

    consultation_id: str
    patient_id: str
    clinic_id: str
    practitioner_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordFindings:
    """Record what the examination found, graded on one of `scales`."""

    consultation_id: str
    practitioner_id: str
    findings: Findings
    scales: Scales
    note: SealedText | None
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerScreening:
    """Record answers; `questionnaire` is that of the version, None where there is none."""

    consultation_id: str
    practitioner_id: str
    questionnaire_version: str
    questionnaire: Questionnaire | None
    answers: tuple[ScreeningAnswer, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class AssessSuitability:
    """Apply the signed rules."""

    consultation_id: str
    practitioner_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewSuitability:
    """Decide, as a physician, on an assessment that leaves it to one; the words are sealed."""

    consultation_id: str
    practitioner_id: str
    decision: ReviewDecision
    reason: ReviewReason
    note: SealedText
    at: datetime


Command = (
    OpenConsultation | RecordFindings | AnswerScreening | AssessSuitability | ReviewSuitability
)
