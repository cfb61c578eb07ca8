"""Cocktails checked: every verdict with its rule, its subject and its arithmetic."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.checks import Check, checks, refuse_failed
from services.consult.domain.cocktail.mixing import preparation_checks
from services.consult.domain.cocktail.model import Mixture
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.reference import (
    Compatibility,
    Ingredient,
    IngredientStatus,
    JurisdictionStatus,
)
from services.consult.domain.patient.clinical import Coding
from services.consult.domain.plan import errors
from services.consult.domain.plan.model import PreparationSource
from services.consult.reference.loader import reference
from tests.unit.consult.cocktails import FORMULARY, amended, failed, ground, limited
from tests.unit.consult.samples import TODAY, cocktail

CLINIC_MIXED = PreparationSource.CLINIC_MIXED
SEPARATE = PreparationSource.SEPARATE_SYRINGES
LOT = PreparationSource.PHARMACY_COMPOUNDED_LOT
INGREDIENT_SYSTEM = "urn:mesoflow:ingredient"


def test_every_check_is_answered_passed_or_not() -> None:
    made = checks(cocktail(("minoxidil", 5_000), ("dutasteride", 501)), None, ground())
    said = [(each.rule_code, each.subject_code, each.arithmetic) for each in made]
    assert said == [
        ("INGREDIENT", "minoxidil", "is OFF_LABEL in GB"),
        ("INGREDIENT", "dutasteride", "is OFF_LABEL in GB"),
        ("EXCLUSION", "minoxidil", "is excluded by no rule"),
        ("EXCLUSION", "dutasteride", "is excluded by no rule"),
        ("ALLERGY", "minoxidil", "carries MINOXIDIL"),
        ("ALLERGY", "dutasteride", "carries DUTASTERIDE"),
        ("PREPARATION_SOURCE", "PHARMACY_COMPOUNDED_LOT", "is not mixed by the clinic"),
        ("PAIR", "dutasteride+minoxidil", "no row forbids them, and no clinic mixes them"),
        ("DOSE", "minoxidil", "5000 of at most 5000 micrograms per session"),
        ("DOSE", "dutasteride", "501 of at most 500 micrograms per session"),
    ]
    assert failed(made) == [(errors.DoseExceeded, "DOSE", "dutasteride")]


def test_nothing_wrong_passes() -> None:
    refuse_failed(checks(cocktail(), None, ground()))
    refuse_failed(())


@pytest.mark.parametrize("kinds", [(0, 1), (1, 0), (3, 7), (7, 3), (4, 6), (6, 4), (5, 6), (7, 6)])
def test_the_first_kind_refuses_with_all_of_its_kind(kinds: tuple[int, int]) -> None:
    in_order: list[type[DomainError]] = [
        errors.IngredientNotFound,
        errors.IngredientBlocked,
        errors.PreparationSourceNotAllowed,
        errors.PairNotCompatible,
        errors.DoseLimitMissing,
        PolicyMissing,
        errors.WeightMissing,
        errors.DoseExceeded,
    ]
    made = [Check(in_order[kind], "RULE", f"{n}", "1 of 2", ("D",)) for n, kind in enumerate(kinds)]
    with pytest.raises(in_order[min(kinds)]) as refused:
        refuse_failed([*made, *made])
    assert len(refused.value.violations) == 2
    assert {each.description for each in refused.value.violations} == {"1 of 2 (D)"}


STATUSES = [
    ("buflomedil", "GB", "is blocked: AUTHORISATION_SUSPENDED"),
    ("exosome", "FR", "is blocked: NO_APPROVED_PRODUCT"),
    ("thyroxine", "US", "is blocked: HORMONE_SYSTEMIC_EFFECT"),
    ("homeopathic", "AU", "is blocked: OUTBREAK_SOURCE"),
    ("mesoglycan", "GB", "is blocked: SCARRING_REPORTED"),
    ("ghk_cu", "US-CA", "is blocked: IMMUNOGENICITY"),
    ("plant_extract", "GB", "is blocked: NO_STERILE_LICENSED_EXTRACT"),
    ("pdrn", "US", "is blocked"),
]


@pytest.mark.parametrize(("code", "where", "said"), STATUSES)
def test_a_blocked_ingredient_says_why(code: str, where: str, said: str) -> None:
    made = checks(cocktail((code, 1)), None, ground(jurisdiction_code=where))
    [found] = [each for each in made if each.rule_code == "INGREDIENT"]
    assert (found.verdict, found.arithmetic) == (errors.IngredientBlocked, said)
    assert found.source_codes


def test_without_a_status_nothing_is_injected() -> None:
    only_here = (JurisdictionStatus("GB", IngredientStatus.OFF_LABEL, ("D",)),)
    signed = amended(FORMULARY, "minoxidil", statuses=only_here)
    mixture = cocktail(("minoxidil", 1))
    assert failed(checks(mixture, None, ground(formulary=signed))) == []
    elsewhere = ground(formulary=signed, jurisdiction_code="FR")
    assert failed(checks(mixture, None, elsewhere)) == [
        (errors.IngredientBlocked, "INGREDIENT", "minoxidil")
    ]


def test_a_rule_keeps_its_ingredient_out_and_is_named() -> None:
    held = ground(excluded={"dutasteride": "5-ARI-PREGNANCY-POTENTIAL"})
    with pytest.raises(errors.IngredientBlocked) as refused:
        refuse_failed(checks(cocktail(), None, held))
    [violation] = refused.value.violations
    assert (violation.kind, violation.subject) == ("EXCLUSION", "dutasteride")
    assert violation.description == "is excluded by rule 5-ARI-PREGNANCY-POTENTIAL"


ALLERGIES = [
    ("pdrn", "FISH"),
    ("cyanocobalamin", "COBALT"),
    ("procaine", "ESTER_ANAESTHETIC"),
    ("lidocaine", "AMIDE_ANAESTHETIC"),
    ("prilocaine", "AMIDE_ANAESTHETIC"),
    ("multi_complex", "COBALT"),
    ("metabisulfite", "SULFITE"),
]


@pytest.mark.parametrize(("code", "concept"), ALLERGIES)
def test_an_allergy_keeps_all_that_carries_it_away(code: str, concept: str) -> None:
    mixture = cocktail((code, 1))
    allergic = ground(allergy_concepts=frozenset({concept}))
    blocked = (errors.IngredientBlocked, "ALLERGY", code)
    assert blocked in failed(checks(mixture, None, allergic))
    assert blocked not in failed(checks(mixture, None, ground()))


def test_an_allergy_to_one_amide_is_one_to_the_other() -> None:
    concept = reference().rules.concept(Coding(INGREDIENT_SYSTEM, "lidocaine"))
    assert concept is not None
    made = checks(cocktail(("prilocaine", 1)), None, ground(allergy_concepts=frozenset({concept})))
    assert (errors.IngredientBlocked, "ALLERGY", "prilocaine") in failed(made)


@pytest.mark.parametrize("row", FORMULARY.ingredients, ids=lambda row: row.ingredient_code)
def test_an_allergy_to_an_ingredient_keeps_it_away(row: Ingredient) -> None:
    concept = reference().rules.concept(Coding(INGREDIENT_SYSTEM, row.ingredient_code))
    if not row.allergen_codes:
        assert concept is None
        return
    assert concept in row.allergen_codes


CLINIC = [
    ((("zinc", 1), ("biotin", 1), ("copper", 1), ("riboflavin", 1)), "CLINIC_MIXED"),
    ((("dutasteride", 1),), "dutasteride"),
    ((("finasteride", 1),), "finasteride"),
    ((("minoxidil", 1),), "minoxidil"),
]


@pytest.mark.parametrize(("parts", "subject"), CLINIC)
def test_a_clinic_may_not_mix_that(parts: tuple[tuple[str, int], ...], subject: str) -> None:
    made = checks(cocktail(*parts, source=CLINIC_MIXED), None, ground())
    assert (errors.PreparationSourceNotAllowed, "PREPARATION_SOURCE", subject) in failed(made)
    elsewhere = checks(cocktail(*parts, source=LOT), None, ground())
    assert not [each for each in failed(elsewhere) if each[1] == "PREPARATION_SOURCE"]


def test_hazardous_is_never_mixed_by_a_clinic_even_for_immediate_use() -> None:
    signed = amended(FORMULARY, "pdrn", hazardous=True)
    mixture = cocktail(("pdrn", 1), source=CLINIC_MIXED)
    assert failed(checks(mixture, None, ground())) == []
    [check] = [each for each in checks(mixture, None, ground(formulary=signed)) if each.verdict]
    assert (check.subject_code, check.arithmetic) == ("pdrn", "hazardous")


def test_sterile_products_are_counted_as_the_rows_say() -> None:
    mixture = cocktail(("zinc", 1), ("biotin", 1), source=CLINIC_MIXED)
    two_vials = ground(formulary=amended(FORMULARY, "zinc", sterile_products=2))
    three_vials = ground(formulary=amended(FORMULARY, "zinc", sterile_products=3))
    said = [each.arithmetic for each in checks(mixture, None, three_vials)]
    assert "4 sterile products of at most 3" in said
    assert "3 sterile products of at most 3" in [
        each.arithmetic for each in checks(mixture, None, two_vials)
    ]


def test_without_a_row_in_force_no_clinic_mixes_anything() -> None:
    rows = reference().formulary.clinic_mixtures
    ended = tuple(replace(row, effective_until=TODAY - timedelta(days=1)) for row in rows)
    for mixtures, most in ((rows, 3), (ended, 0)):
        formulary = replace(FORMULARY, clinic_mixtures=mixtures).on(TODAY)
        mixture = Mixture(CLINIC_MIXED, formulary.ingredients[:1], {})
        counted, *_ = preparation_checks(mixture, formulary)
        assert (counted.verdict is None, counted.arithmetic.endswith(f"most {most}")) == (
            most == 3,
            True,
        )


def test_three_products_with_a_signed_row_for_each_pair_are_mixed() -> None:
    codes = ("biotin", "dexpanthenol", "zinc")
    formulary = limited(*codes)
    for code in codes:
        others = tuple(Compatibility(each, 600, ("D",)) for each in codes if each > code)
        formulary = amended(formulary, code, compatibilities=others)
    mixture = cocktail(*((code, 1_000) for code in codes), source=CLINIC_MIXED)
    made = checks(mixture, None, ground(formulary=formulary))
    assert failed(made) == []
    pairs = [each for each in made if each.rule_code == "PAIR"]
    assert {each.arithmetic for each in pairs} == {"compatible for 600 seconds"}
    without = amended(formulary, "biotin", compatibilities=())
    assert failed(checks(mixture, None, ground(formulary=without))) == [
        (errors.PairNotCompatible, "PAIR", "biotin+dexpanthenol"),
        (errors.PairNotCompatible, "PAIR", "biotin+zinc"),
    ]


@pytest.mark.parametrize("source", PreparationSource)
def test_a_forbidden_pair_is_refused_even_in_a_compounded_lot(source: PreparationSource) -> None:
    mixture = cocktail(("ascorbic_acid", 1), ("copper", 1), source=source)
    made = checks(mixture, None, ground(formulary=limited("ascorbic_acid", "copper")))
    [pair] = [each for each in made if each.verdict]
    assert (pair.verdict, pair.subject_code) == (errors.PairNotCompatible, "ascorbic_acid+copper")
    assert (pair.arithmetic, pair.source_codes) == ("OXIDATION_OF_ASCORBIC_ACID", ("R60",))


def test_doses_of_one_ingredient_add_up() -> None:
    made = checks(cocktail(("minoxidil", 3_000), ("minoxidil", 3_000)), None, ground())
    assert failed(made) == [(errors.DoseExceeded, "DOSE", "minoxidil")]


ingredients = st.lists(
    st.sampled_from([row.ingredient_code for row in FORMULARY.ingredients]),
    min_size=1,
    max_size=5,
    unique=True,
)


@given(ingredients, st.sampled_from(PreparationSource), st.sampled_from(["GB", "US", "FR", "AU"]))
def test_what_passes_has_a_status_a_limit_and_no_forbidden_pair(
    codes: list[str], source: PreparationSource, where: str
) -> None:
    mixture = cocktail(*((code, 100) for code in codes), source=source)
    made = checks(mixture, None, ground(jurisdiction_code=where))
    if failed(made):
        with pytest.raises(DomainError):
            refuse_failed(made)
        return
    assert set(codes) <= {"dutasteride", "minoxidil", "pdrn"}
