"""A physician's decision: on PHYSICIAN_REVIEW, and on nothing stricter ever (DOMAIN 10 rule 2)."""

from datetime import datetime

from services.consult.domain.consultation.commands import ReviewSuitability
from services.consult.domain.consultation.errors import ReviewNotAsked
from services.consult.domain.consultation.events import SuitabilityReviewed
from services.consult.domain.consultation.model import Assessment, Consultation, Suitability
from services.consult.domain.patient.model import Patient
from services.consult.domain.plan.errors import SuitabilityExpired, SuitabilityMissing


def review(
    command: ReviewSuitability, state: Consultation, patient: Patient
) -> SuitabilityReviewed:
    """Return the decision, or refuse one that the assessment does not ask for."""
    assessment = standing(state, patient, command.at)
    if assessment.suitability is not Suitability.PHYSICIAN_REVIEW:
        raise ReviewNotAsked(suitability=assessment.suitability.value)
    return SuitabilityReviewed(
        consultation_id=state.consultation_id,
        patient_id=state.patient_id,
        practitioner_id=command.practitioner_id,
        decision=command.decision,
        reason=command.reason,
        note=command.note,
        rules_version=assessment.rules_version,
        reviewed_at=command.at,
    )


def standing(state: Consultation, patient: Patient, at: datetime) -> Assessment:
    """Return the assessment, or refuse one that is not there, too old or overtaken by history."""
    assessment = state.assessment
    if assessment is None or state.assessed_at is None:
        raise SuitabilityMissing
    history_at = patient.history_recorded_at
    overtaken = history_at is not None and history_at > state.assessed_at
    if overtaken or at >= assessment.expires_at:
        raise SuitabilityExpired(expires_at=assessment.expires_at.isoformat())
    return assessment
