"""Whether the patient may be treated at all, said as checks before those of the cocktail."""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.model import Check
from services.consult.domain.consultation.model import Consultation, Suitability
from services.consult.domain.patient.model import Patient
from services.consult.domain.plan.eligibility import suitable, treatable
from services.consult.domain.plan.errors import SuitabilityMissing

# What no review lifts (DOMAIN 10 rules 1 and 2).
FINAL = (Suitability.BLOCKED, Suitability.REFER, Suitability.DEFERRED)


def suitability_checks(
    patient: Patient, consultation: Consultation, at: datetime
) -> Sequence[Check]:
    """Return what stands against treating the patient now; refuse who was not assessed.

    Pregnancy, breastfeeding, age and all else that a rule blocks for stand here by their rule.
    """
    if consultation.assessment is None:
        raise SuitabilityMissing
    try:
        suitable(treatable(patient), consultation, at)
    except DomainError as refusal:
        return against(refusal, consultation.consultation_id)
    found = consultation.assessment
    said = f"by the rules {found.rules_version}"
    return (Check(None, "SUITABILITY", found.suitability.value, said, ()),)


def against(refusal: DomainError, consultation_id: str) -> Sequence[Check]:
    """Return a refusal as checks: one for each rule behind it, or one for all of it."""
    if not refusal.violations:
        return (Check(type(refusal), "SUITABILITY", consultation_id, str(refusal), ()),)
    return tuple(
        Check(type(refusal), each.kind, each.subject, each.description, ())
        for each in refusal.violations
    )


def final_rule(consultation: Consultation) -> str | None:
    """Return the first rule that rules every cocktail out, reviewed or not; None without one."""
    assessment = consultation.assessment
    if assessment is None:
        raise SuitabilityMissing
    if assessment.suitability not in FINAL:
        return None
    deciding = (r.rule_id for r in assessment.fired_rules if r.effect is assessment.suitability)
    return next(deciding, assessment.suitability.value)
