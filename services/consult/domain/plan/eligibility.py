"""Whether this patient may be treated, and whether this practitioner may say so."""

from collections.abc import Mapping
from datetime import date, datetime

from services.chassis.kernel import Violation
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.cocktail.checks import Ground
from services.consult.domain.consultation.errors import ConsultationNotFound
from services.consult.domain.consultation.model import (
    Assessment,
    Consultation,
    ReviewDecision,
    Suitability,
)
from services.consult.domain.dating import day_in
from services.consult.domain.patient.errors import (
    PatientAgeUnknown,
    PatientDeceased,
    PatientUnderAge,
)
from services.consult.domain.patient.model import AgeBand, Patient, VitalStatus
from services.consult.domain.patient.standing import usable
from services.consult.domain.plan.errors import (
    NotSuitable,
    SuitabilityExpired,
    SuitabilityMissing,
)
from services.consult.domain.plan.facts import Surroundings
from services.consult.domain.practitioner.model import Practitioner
from services.consult.domain.practitioner.signing import (
    refuse_elsewhere,
    refuse_unless_licensed_physician,
)


def treatable(record: Patient | None) -> Patient:
    """Return the patient, or refuse one who is not there, not alive or not known to be of age."""
    patient = usable(record)
    if patient.vital_status is VitalStatus.DECEASED:
        raise PatientDeceased
    if patient.age_band is AgeBand.MINOR:
        raise PatientUnderAge
    if patient.age_band is AgeBand.UNKNOWN:
        raise PatientAgeUnknown
    return patient


def suitable(
    patient: Patient, consultation: Consultation | None, at: datetime
) -> tuple[Consultation, Assessment]:
    """Return the consultation and its assessment, or refuse what does not allow treatment now.

    PHYSICIAN_REVIEW allows it where a physician has approved that very assessment, and nothing
    else that is not SUITABLE ever does (DOMAIN 10 rule 2).
    """
    if consultation is None or consultation.patient_id != patient.patient_id:
        raise ConsultationNotFound
    assessment = consultation.assessment
    if assessment is None or consultation.assessed_at is None:
        raise SuitabilityMissing
    history_at = patient.history_recorded_at
    outdated = history_at is not None and history_at > consultation.assessed_at
    if outdated or at >= assessment.expires_at:
        raise SuitabilityExpired(expires_at=assessment.expires_at.isoformat())
    if not allowing(consultation):
        raise not_suitable(assessment)
    return consultation, assessment


def allowing(consultation: Consultation) -> bool:
    """Tell whether the assessment allows treatment, by itself or as a physician approved it."""
    assessment = consultation.assessment
    suits = assessment is not None and assessment.suitability is Suitability.SUITABLE
    return suits or approved(consultation)


def approved(consultation: Consultation) -> bool:
    """Tell whether a physician approved what the assessment, as it is, leaves to them."""
    assessment, review, assessed_at = (
        consultation.assessment,
        consultation.review,
        consultation.assessed_at,
    )
    if assessment is None or review is None or assessed_at is None:
        return False
    asked = assessment.suitability is Suitability.PHYSICIAN_REVIEW
    of_this_one = review.reviewed_at >= assessed_at
    return asked and of_this_one and review.decision is ReviewDecision.APPROVED


def not_suitable(assessment: Assessment) -> NotSuitable:
    """Return the refusal with every rule behind it."""
    return NotSuitable(
        violations=[
            Violation("SUITABILITY_RULE", rule.rule_id, f"{rule.effect.value} {rule.remedy_code}")
            for rule in assessment.fired_rules
            if rule.effect is not Suitability.SUITABLE
        ],
        suitability=assessment.suitability.value,
    )


def excluded_by(assessment: Assessment) -> Mapping[str, str]:
    """Return the ingredients kept from the patient, each with the first rule that keeps it."""
    return {
        code: rule.rule_id
        for rule in reversed(assessment.fired_rules)
        for code in rule.excluded_ingredient_codes
    }


def refuse_unless_answerable(practitioner: Practitioner | None, clinic_id: str, day: date) -> None:
    """Refuse anyone but a licensed physician of the clinic: only they answer for a plan there."""
    refuse_unless_licensed_physician(practitioner, day)
    refuse_elsewhere(practitioner, clinic_id)


def permitted(around: Surroundings, at: datetime) -> tuple[Ground, Assessment]:
    """Return what a cocktail is held against, or refuse where nobody may be treated today."""
    patient = treatable(around.patient)
    if around.clinic is None:
        raise ClinicNotFound
    _, assessment = suitable(patient, around.consultation, at)
    assert around.ground is not None, "whom and where it is for is there, so the ground is"
    return around.ground, assessment


def today_at(around: Surroundings, at: datetime) -> date:
    """Return the day at the clinic of a plan that is permitted there."""
    assert around.clinic is not None, "the gates are passed before a day is asked for"
    return day_in(around.clinic.time_zone, at)
