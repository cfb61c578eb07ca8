"""Cocktails proposed for goals, each ingredient with its reason; and who is offered none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.cocktail.checks import checks
from services.consult.domain.cocktail.propose import IngredientReason, propose, withheld
from services.consult.domain.cocktail.suitability import final_rule, suitability_checks
from services.consult.domain.consultation.model import Suitability
from services.consult.domain.formulary.reference import EvidenceLevel, PublishedDose
from services.consult.domain.patient.errors import PatientUnderAge
from services.consult.domain.patient.model import AgeBand
from services.consult.domain.plan import errors
from services.consult.domain.plan.model import Goal, PreparationSource
from tests.unit.consult.cocktails import FORMULARY, amended, failed, ground, limited
from tests.unit.consult.samples import (
    CONSULTATION,
    NOW,
    UNSUITABLE,
    assessment,
    consultation,
    patient,
)

SEPARATE = PreparationSource.SEPARATE_SYRINGES
LOT = PreparationSource.PHARMACY_COMPOUNDED_LOT


def reason_of(reasons: tuple[IngredientReason, ...], code: str) -> tuple[bool, str, str]:
    [reason] = [each for each in reasons if each.ingredient_code == code]
    return reason.chosen, reason.reason_code, reason.subject_code


def test_a_proposal_serves_its_goals_with_published_doses_and_reasons() -> None:
    proposals, left_out = propose((Goal.STIMULATION, Goal.HORMONAL_BALANCE), ground())
    lot = next(each for each in proposals if each.cocktail.source is LOT)
    doses = {c.ingredient_code: c.dose_micrograms for c in lot.cocktail.components}
    assert doses == {"minoxidil": 5_000, "dutasteride": 100}
    assert lot.cocktail.volume_microlitres == 2_000
    assert reason_of(lot.reasons, "minoxidil") == (True, "SERVES_GOAL", "STIMULATION")
    assert reason_of(lot.reasons, "dutasteride") == (True, "SERVES_GOAL", "HORMONAL_BALANCE")
    assert lot.formulary_version == FORMULARY.version
    assert reason_of(left_out, "finasteride") == (False, "NO_SIGNED_LIMIT", "finasteride")
    assert reason_of(left_out, "pdrn") == (False, "NO_PUBLISHED_DOSE", "pdrn")
    assert reason_of(left_out, "exosome") == (False, "BLOCKED", "NO_APPROVED_PRODUCT")


def test_no_clinic_mixes_what_a_pharmacy_has_to() -> None:
    proposals, _ = propose((Goal.STIMULATION, Goal.HORMONAL_BALANCE), ground())
    assert [each.cocktail.source for each in proposals] == [LOT, SEPARATE]


def test_what_a_rule_or_an_allergy_keeps_out_is_named() -> None:
    held = ground(
        excluded={"dutasteride": "5-ARI-PLANNING-TO-FATHER"},
        allergy_concepts=frozenset({"MINOXIDIL"}),
    )
    proposals, left_out = propose((Goal.STIMULATION, Goal.HORMONAL_BALANCE), held)
    assert proposals == ()
    assert reason_of(left_out, "dutasteride") == (
        False,
        "EXCLUDED_BY_RULE",
        "5-ARI-PLANNING-TO-FATHER",
    )
    assert reason_of(left_out, "minoxidil") == (False, "ALLERGY", "minoxidil")


def test_a_published_dose_over_a_signed_limit_is_not_proposed() -> None:
    [row] = [row for row in FORMULARY.ingredients if row.ingredient_code == "minoxidil"]
    lower = replace(row.limits[0], max_dose_micrograms=4_999)
    signed = amended(FORMULARY, "minoxidil", limits=(lower,))
    proposals, left_out = propose((Goal.STIMULATION,), ground(formulary=signed))
    assert proposals == ()
    assert reason_of(left_out, "minoxidil") == (False, "DOSE_EXCEEDED", "minoxidil")


@pytest.mark.parametrize(
    ("better", "other"), [("copper", "ascorbic_acid"), ("ascorbic_acid", "copper")]
)
def test_of_two_that_must_not_meet_the_better_studied_stays(better: str, other: str) -> None:
    signed = amended(limited("copper", "ascorbic_acid"), better, evidence=EvidenceLevel.VERY_LOW)
    for code in ("copper", "ascorbic_acid"):
        signed = amended(signed, code, published_doses=(PublishedDose(10, 100, ("D",)),))
    proposals, _ = propose((Goal.NOURISHMENT,), ground(formulary=signed))
    lot = next(each for each in proposals if each.cocktail.source is LOT)
    assert [c.ingredient_code for c in lot.cocktail.components] == [better]
    assert reason_of(lot.reasons, other) == (False, "PAIR_NOT_COMPATIBLE", "ascorbic_acid+copper")


goals = st.lists(st.sampled_from(Goal), min_size=1, unique=True).map(tuple)
exclusions = st.dictionaries(
    st.sampled_from(["dutasteride", "minoxidil", "pdrn"]), st.just("SOME-RULE")
)


@given(goals, exclusions, st.sampled_from(["GB", "US", "FR", "AU"]))
def test_every_proposal_passes_and_every_ingredient_has_a_reason(
    wanted: tuple[Goal, ...], excluded: dict[str, str], where: str
) -> None:
    held = ground(excluded=excluded, jurisdiction_code=where)
    proposals, left_out = propose(wanted, held)
    serving = {r.ingredient_code for r in FORMULARY.ingredients if set(r.goals) & set(wanted)}
    out = {each.ingredient_code for each in left_out}
    for proposal in proposals:
        assert failed(checks(proposal.cocktail, None, held)) == []
        explained = {each.ingredient_code for each in proposal.reasons}
        assert explained | out == serving
        assert not explained & out
    if not proposals:
        assert out <= serving


def test_whoever_may_be_treated_passes_the_first_check() -> None:
    made = suitability_checks(patient(), consultation(), NOW)
    assert [(each.verdict, each.rule_code, each.subject_code) for each in made] == [
        (None, "SUITABILITY", "SUITABLE")
    ]


def test_a_rule_that_refers_stands_before_the_checks_of_the_cocktail() -> None:
    made = suitability_checks(patient(), consultation(UNSUITABLE), NOW)
    assert failed(tuple(made)) == [(errors.NotSuitable, "SUITABILITY_RULE", "RED-FLAG")]


def test_an_old_assessment_and_a_minor_fail_the_first_check() -> None:
    late = NOW + timedelta(days=10)
    assert failed(tuple(suitability_checks(patient(), consultation(), late))) == [
        (errors.SuitabilityExpired, "SUITABILITY", CONSULTATION)
    ]
    minor = patient(age_band=AgeBand.MINOR)
    assert failed(tuple(suitability_checks(minor, consultation(), NOW))) == [
        (PatientUnderAge, "SUITABILITY", CONSULTATION)
    ]


def test_without_an_assessment_there_is_nothing_to_say() -> None:
    unassessed = replace(consultation(), assessment=None)
    with pytest.raises(errors.SuitabilityMissing):
        suitability_checks(patient(), unassessed, NOW)
    with pytest.raises(errors.SuitabilityMissing):
        final_rule(unassessed)


def test_to_whom_nothing_is_proposed() -> None:
    assert final_rule(consultation()) is None
    assert final_rule(consultation(UNSUITABLE)) == "RED-FLAG"
    in_review = consultation(assessment(suitability=Suitability.PHYSICIAN_REVIEW))
    assert final_rule(in_review) is None
    left_out = withheld((Goal.STIMULATION,), ground(), "RED-FLAG")
    assert {each.reason_code for each in left_out} == {"NOT_SUITABLE"}
    assert "minoxidil" in {each.ingredient_code for each in left_out}
