"""Whether this patient may be treated, and whether this practitioner may say so."""

from collections.abc import Mapping
from datetime import datetime

from services.chassis.kernel import Violation
from services.consult.domain.consultation.errors import ConsultationNotFound
from services.consult.domain.consultation.model import Assessment, Consultation, Suitability
from services.consult.domain.patient.errors import (
    PatientAgeUnknown,
    PatientDeceased,
    PatientNotFound,
    PatientUnderAge,
)
from services.consult.domain.patient.model import AgeBand, Patient, VitalStatus
from services.consult.domain.plan.errors import (
    NotSuitable,
    ProfessionNotAllowed,
    SuitabilityExpired,
    SuitabilityMissing,
)
from services.consult.domain.practitioner.errors import LicenceLapsed
from services.consult.domain.practitioner.model import Practitioner, Profession


def treatable(patient: Patient | None) -> Patient:
    """Return `patient`, or refuse one who is not there, not alive or not known to be of age."""
    if patient is None:
        raise PatientNotFound
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

    PHYSICIAN_REVIEW does not allow it either: it wants a physician's decision with a reason
    (DOMAIN 10 rule 2), and there is no record of such a decision to stand on.
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
    if assessment.suitability is not Suitability.SUITABLE:
        raise NotSuitable(
            violations=[
                Violation(
                    "SUITABILITY_RULE", rule.rule_id, f"{rule.effect.value} {rule.remedy_code}"
                )
                for rule in assessment.fired_rules
                if rule.effect is not Suitability.SUITABLE
            ],
            suitability=assessment.suitability.value,
        )
    return consultation, assessment


def excluded_by(assessment: Assessment) -> Mapping[str, str]:
    """Return the ingredients kept from the patient, each with the first rule that keeps it."""
    return {
        code: rule.rule_id
        for rule in reversed(assessment.fired_rules)
        for code in rule.excluded_ingredient_codes
    }


def refuse_unless_licensed_physician(practitioner: Practitioner | None, at: datetime) -> None:
    """Refuse anyone else: the doctor proposes and takes consent personally (DOMAIN 8 [R145])."""
    if practitioner is None:
        raise LicenceLapsed
    if practitioner.profession is not Profession.PHYSICIAN:
        raise ProfessionNotAllowed
    if not practitioner.licensed_on(at.date()):
        raise LicenceLapsed
