"""What a cocktail is held against: the reference data with what the chain signed on top."""

from collections.abc import Mapping
from datetime import date

from services.consult.domain.clinic.model import Clinic
from services.consult.domain.cocktail.checks import Ground
from services.consult.domain.consultation.model import Consultation, FiredRule
from services.consult.domain.consultation.observing import Evidence, Lens, observe
from services.consult.domain.formulary.model import Changes
from services.consult.domain.formulary.rows import policy_on, signed_over, version_on
from services.consult.domain.patient.model import Patient
from services.consult.domain.plan.eligibility import excluded_by
from services.consult.reference.loader import days_that_turn, formulary_on, reference, rules_on


def ground_on(
    changes: Changes | None, patient: Patient, consultation: Consultation, clinic: Clinic, day: date
) -> Ground:
    """Return the ground for a patient at a clinic on a day, under what the chain signed."""
    history = patient.history
    return Ground(
        formulary=signed_over(formulary_on(day), changes, day),
        jurisdiction_code=clinic.jurisdiction_code,
        day=day,
        excluded=excluded_from(changes, patient, consultation, day),
        allergy_concepts=allergy_concepts(patient, day),
        weight=history.weight if history else None,
        policy=policy_on(changes, day),
    )


def excluded_from(
    changes: Changes | None, patient: Patient, consultation: Consultation, day: date
) -> Mapping[str, str]:
    """Return the ingredients kept from the patient, each with its rule; none before an assessment.

    Who has not been assessed is refused before any cocktail is looked at.
    """
    assessment = consultation.assessment
    if assessment is None:
        return {}
    since = fired_since(changes, patient, consultation, day)
    excluded = {code: each.rule_id for each in since for code in each.excluded_ingredient_codes}
    return {**excluded, **excluded_by(assessment)}


def heard_since(patient: Patient, consultation: Consultation) -> bool:
    """Tell whether the history was recorded anew after it was assessed."""
    recorded_at, assessed_at = patient.history_recorded_at, consultation.assessed_at
    return recorded_at is not None and assessed_at is not None and recorded_at > assessed_at


def turned_since(consultation: Consultation, day: date) -> bool:
    """Tell whether rows that an assessment rests on began or ended after it was made."""
    assessed_at = consultation.assessed_at
    if assessed_at is None:
        return False
    return any(assessed_at.date() < each <= day for each in days_that_turn())


def fired_since(
    changes: Changes | None, patient: Patient, consultation: Consultation, day: date
) -> tuple[FiredRule, ...]:
    """Return the rules that fire on `day` where an assessment no longer says it; else none.

    They, what the chain signed, or what is known of the patient changed since. A test that counted
    when it was assessed is not missed because it has aged: a plan runs longer than a test counts,
    and each session asks anew. One that was taken since counts as it says.
    """
    assessment, history, findings, assessed_at = (
        consultation.assessment,
        patient.history,
        consultation.findings,
        consultation.assessed_at,
    )
    if assessment is None or history is None or findings is None or assessed_at is None:
        return ()
    held, policy = reference(), policy_on(changes, day)
    now = version_on(held.rules.version, changes, day)
    changed = heard_since(patient, consultation) or turned_since(consultation, day)
    if assessment.rules_version == now and not changed:
        return ()
    rules, pull_test = rules_on(day), held.scales.pull_test(day)
    lens = Lens(rules, policy, pull_test, day, ages_on=assessed_at.date())
    evidence = Evidence(findings, consultation.answers)
    return rules.fired(observe(patient, history, evidence, lens).observed)


def allergy_concepts(patient: Patient, day: date) -> frozenset[str]:
    """Return the concepts of the patient's allergies that the reference data knows on `day`."""
    rules = rules_on(day)
    codings = patient.history.allergies if patient.history else ()
    found = (rules.concept(coding) for coding in codings)
    return frozenset(concept for concept in found if concept is not None)
