"""What is known of a patient by now that forbids to go on with a plan.

Patient and suitability are held to what a proposal and an acceptance hold them to, with one thing
left out: nothing ends a course because time passes. An assessment may begin a plan for the days
that the chain signed, and the plan then runs for months. What has become known since is held
against the rules themselves, so that what they allow stops nobody.
"""

from collections.abc import Sequence

from services.chassis.kernel import DomainError
from services.consult.domain.consultation.model import Consultation, FiredRule, Suitability
from services.consult.domain.patient.model import PatientState
from services.consult.domain.plan.eligibility import allowing, treatable
from services.consult.domain.plan.errors import NotSuitable, SuitabilityMissing
from services.consult.domain.plan.facts import RecheckFacts


def sayable(facts: RecheckFacts) -> bool:
    """Tell whether anything can be said of a plan.

    The plans of a merged record are about to follow it, and are held against the survivor then.
    """
    around = facts.around
    merged = around.patient is not None and around.patient.state is PatientState.MERGED
    return around.ground is not None and not merged


def forbidden_codes(facts: RecheckFacts) -> Sequence[str]:
    """Return reason and subject of each thing that forbids to treat the patient by now."""
    patient, consultation = facts.around.patient, facts.around.consultation
    assert patient is not None, "a plan's patient is there"
    assert consultation is not None, "and so is its consultation"
    try:
        treatable(patient)
    except DomainError as refusal:
        return [f"{refusal.reason}/{patient.patient_id}"]
    if consultation.assessment is None:
        return [f"{SuitabilityMissing().reason}/{consultation.consultation_id}"]
    return [f"{NotSuitable().reason}/{rule_id}" for rule_id in unsuiting(consultation, facts.since)]


def unsuiting(consultation: Consultation, since: Sequence[FiredRule]) -> Sequence[str]:
    """Return the rules against treatment: the assessment's, unless approved, and any new one.

    A physician approved what was assessed then; a rule that has begun to fire since waits for an
    assessment and a decision of its own.
    """
    assessment = consultation.assessment
    assert assessment is not None, "asked of what was assessed"
    known = {(rule.rule_id, rule.effect) for rule in assessment.fired_rules}
    new = [rule for rule in since if (rule.rule_id, rule.effect) not in known]
    fired = new if allowing(consultation) else [*assessment.fired_rules, *new]
    against = [rule.rule_id for rule in fired if rule.effect is not Suitability.SUITABLE]
    if not against and not allowing(consultation):
        return [assessment.suitability.value]
    return against
