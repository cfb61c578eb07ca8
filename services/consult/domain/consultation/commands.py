"""What may be asked of a consultation."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.consultation.model import Findings, ScreeningAnswer
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
    """Record what the examination found."""

    consultation_id: str
    practitioner_id: str
    findings: Findings
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


Command = OpenConsultation | RecordFindings | AnswerScreening | AssessSuitability
