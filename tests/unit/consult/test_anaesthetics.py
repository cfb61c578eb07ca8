"""Local anaesthetics: by body weight, and what is injected and what a cream holds together."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.anaesthetics import rounded_up, total_doses
from services.consult.domain.cocktail.checks import (
    Check,
    Ground,
    checks,
    cream_of,
    mixture_of,
    refuse_failed,
)
from services.consult.domain.cocktail.doses import figure
from services.consult.domain.formulary.chairside import TopicalContent, TopicalProduct
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.plan.errors import (
    DoseExceeded,
    DoseLimitMissing,
    IngredientBlocked,
    IngredientNotFound,
    WeightMissing,
)
from services.consult.domain.plan.model import TopicalAnaesthetic
from tests.unit.consult.cocktails import (
    FORMULARY,
    WEIGHED_TODAY,
    amended,
    days_ago,
    failed,
    ground,
    weighed,
)
from tests.unit.consult.samples import cocktail, policy

LIDOCAINE = "lidocaine"
# The most of lidocaine at 70 kg: 3 mg/kg, and 4.5 mg/kg but never over 300 mg.
MOST_IN_BRITAIN = 210_000
MOST_IN_AMERICA = 300_000
EMLA = TopicalAnaesthetic("emla", 2_000)


def in_america(**changes: object) -> Ground:
    return ground(**({"jurisdiction_code": "US", "weight": WEIGHED_TODAY} | changes))


def of_rule(made: tuple[Check, ...], rule_code: str) -> Check:
    [check] = [each for each in made if each.rule_code == rule_code]
    return check


@pytest.mark.parametrize(
    ("where", "dose"),
    [("GB", MOST_IN_BRITAIN), ("AU", MOST_IN_BRITAIN), ("US", MOST_IN_AMERICA), ("US-CA", 300_000)],
)
def test_a_dose_passes_up_to_its_limit_by_weight(where: str, dose: int) -> None:
    held = ground(jurisdiction_code=where, weight=WEIGHED_TODAY)
    assert failed(checks(cocktail((LIDOCAINE, dose)), None, held)) == []
    over = failed(checks(cocktail((LIDOCAINE, dose + 1)), None, held))
    assert over == [
        (DoseExceeded, "DOSE", LIDOCAINE),
        (DoseExceeded, "ANAESTHETIC_SUM", LIDOCAINE),
    ]


def test_the_lower_of_the_two_limits_counts() -> None:
    light = in_america(weight=weighed(50_000))
    assert failed(checks(cocktail((LIDOCAINE, 225_000)), None, light)) == []
    assert failed(checks(cocktail((LIDOCAINE, 225_001)), None, light)) != []


def test_a_refusal_shows_the_arithmetic() -> None:
    with pytest.raises(DoseExceeded) as refused:
        refuse_failed(checks(cocktail((LIDOCAINE, 300_001)), None, in_america()))
    said = [violation.description for violation in refused.value.violations]
    assert said == [
        "300001 of at most 300000 micrograms: 4500 per kg at 70000 g, never over 300000 (R55)",
        "lidocaine 300001/300000 = 1.001 of at most 1 (R55, D)",
    ]


WEIGHTS: list[tuple[dict[str, object], type[DomainError] | None]] = [
    ({"weight": None}, WeightMissing),
    ({"weight": None, "policy": None}, WeightMissing),
    ({"weight": weighed(70_000, days_ago(61))}, WeightMissing),
    ({"weight": weighed(70_000, days_ago(-2))}, WeightMissing),
    # Of this morning, where tomorrow has begun.
    ({"weight": weighed(70_000, days_ago(-1))}, None),
    ({"weight": WEIGHED_TODAY, "policy": None}, PolicyMissing),
    ({"weight": WEIGHED_TODAY, "policy": policy(weight_valid_days=None)}, PolicyMissing),
    # At most as old as it counts: as the rules of suitability read the same number.
    ({"weight": weighed(70_000, days_ago(60))}, None),
    ({"weight": WEIGHED_TODAY}, None),
]


@pytest.mark.parametrize(("changes", "verdict"), WEIGHTS)
def test_a_limit_by_weight_wants_a_fresh_weight(
    changes: dict[str, object], verdict: type[DomainError] | None
) -> None:
    made = checks(cocktail((LIDOCAINE, 1)), None, ground(**changes))
    assert failed(made) == ([] if verdict is None else [(verdict, "WEIGHT", LIDOCAINE)])


def test_an_anaesthetic_without_a_limit_there_is_refused_once() -> None:
    made = checks(cocktail(("procaine", 1)), None, ground(weight=WEIGHED_TODAY))
    assert failed(made) == [(DoseLimitMissing, "DOSE_LIMIT", "procaine")]


def test_several_agents_share_one_limit() -> None:
    half = cocktail((LIDOCAINE, 150_000), ("procaine", 300_000))
    made = checks(half, None, in_america())
    assert failed(made) == []
    assert of_rule(made, "ANAESTHETIC_SUM").arithmetic == (
        "lidocaine 150000/300000 + procaine 300000/600000 = 1.000 of at most 1"
    )
    more = cocktail((LIDOCAINE, 180_000), ("procaine", 300_000))
    assert failed(checks(more, None, in_america())) == [
        (DoseExceeded, "ANAESTHETIC_SUM", "lidocaine+procaine")
    ]


def test_what_is_no_anaesthetic_does_not_count() -> None:
    made = checks(cocktail(("minoxidil", 5_000)), None, in_america())
    assert not [each for each in made if each.rule_code == "ANAESTHETIC_SUM"]


def test_a_cream_counts_whole_unless_the_chain_signed_less() -> None:
    # 2 g hold 50 mg of either: 50/300 + 50/400 of the limits, and 0.7 is injected besides.
    injected = cocktail((LIDOCAINE, 210_000))
    made = checks(injected, EMLA, in_america())
    assert failed(made) == []
    assert of_rule(made, "ANAESTHETIC_SUM").arithmetic == (
        "lidocaine 260000/300000 + prilocaine 50000/400000 = 0.992 of at most 1"
    )
    thicker = TopicalAnaesthetic("emla", 3_000)
    assert failed(checks(injected, thicker, in_america())) == [
        (DoseExceeded, "ANAESTHETIC_SUM", "lidocaine+prilocaine")
    ]
    signed = in_america(policy=policy(topical_absorbed_thousandths=100))
    assert failed(checks(injected, thicker, signed)) == []


def test_a_cream_alone_is_held_against_the_limits() -> None:
    without = cocktail(("minoxidil", 5_000))
    assert failed(checks(without, EMLA, in_america())) == []
    slathered = TopicalAnaesthetic("emla", 100_000)
    assert failed(checks(without, slathered, in_america())) == [
        (DoseExceeded, "ANAESTHETIC_SUM", "lidocaine+prilocaine")
    ]


def test_a_cream_wants_a_weight_and_a_limit_too() -> None:
    without = cocktail(("minoxidil", 5_000))
    assert failed(checks(without, EMLA, in_america(weight=None))) == [
        (WeightMissing, "WEIGHT", "lidocaine"),
        (WeightMissing, "WEIGHT", "prilocaine"),
    ]
    assert failed(checks(without, EMLA, ground(weight=WEIGHED_TODAY))) == [
        (DoseLimitMissing, "DOSE_LIMIT", "prilocaine")
    ]


def test_a_cream_is_kept_from_who_may_not_have_what_it_holds() -> None:
    without = cocktail(("minoxidil", 5_000))
    excluded = in_america(excluded={"prilocaine": "METHAEMOGLOBINAEMIA-OR-G6PD"})
    assert failed(checks(without, EMLA, excluded)) == [
        (IngredientBlocked, "EXCLUSION", "prilocaine")
    ]
    allergic = in_america(allergy_concepts=frozenset({"AMIDE_ANAESTHETIC"}))
    assert failed(checks(without, EMLA, allergic)) == [
        (IngredientBlocked, "ALLERGY", "lidocaine"),
        (IngredientBlocked, "ALLERGY", "prilocaine"),
    ]


def test_a_cream_that_nobody_knows_is_refused() -> None:
    unknown = TopicalAnaesthetic("butter", 1)
    made = checks(cocktail(("minoxidil", 5_000)), unknown, in_america())
    assert failed(made) == [(IngredientNotFound, "TOPICAL", "butter")]


def test_a_cream_with_something_unknown_in_it_is_refused() -> None:
    product = TopicalProduct(
        "mix", "1", (TopicalContent("tetracaine", 1),), ("D",), date(2026, 1, 1), None, "S"
    )
    formulary = replace(FORMULARY, topical_products=(product,))
    made = checks(cocktail(), TopicalAnaesthetic("mix", 1), in_america(formulary=formulary))
    assert failed(made) == [(IngredientNotFound, "INGREDIENT", "tetracaine")]


def test_a_limit_per_session_that_the_chain_signed_serves_as_well() -> None:
    [limit] = [row.limits[0] for row in FORMULARY.ingredients if row.ingredient_code == "minoxidil"]
    signed = amended(FORMULARY, "procaine", limits=(limit,))
    held = ground(formulary=signed)
    assert failed(checks(cocktail(("procaine", 5_000)), None, held)) == []
    assert failed(checks(cocktail(("procaine", 5_001)), None, held)) == [
        (DoseExceeded, "DOSE", "procaine"),
        (DoseExceeded, "ANAESTHETIC_SUM", "procaine"),
    ]


def share(lidocaine: int, prilocaine: int, grams: int) -> Fraction:
    """Return the sum as the arithmetic of the check says it, worked out here anew."""
    most_lidocaine = min(Fraction(45 * grams, 10), Fraction(300_000))
    most_prilocaine = min(Fraction(6 * grams), Fraction(400_000))
    return lidocaine / most_lidocaine + prilocaine / most_prilocaine


doses = st.integers(min_value=1, max_value=500_000)
weights = st.integers(min_value=30_000, max_value=150_000)


@given(doses, doses, weights)
def test_the_sum_is_exact(lidocaine: int, prilocaine: int, grams: int) -> None:
    mixture = cocktail((LIDOCAINE, lidocaine), ("prilocaine", prilocaine))
    made = checks(mixture, None, in_america(weight=weighed(grams)))
    check = of_rule(made, "ANAESTHETIC_SUM")
    assert (check.verdict is DoseExceeded) is (share(lidocaine, prilocaine, grams) > 1)


@given(doses, doses, weights, st.integers(min_value=0, max_value=100_000))
def test_more_of_it_or_less_of_the_patient_never_helps(
    lidocaine: int, prilocaine: int, grams: int, more: int
) -> None:
    def passes(first: int, weight_grams: int) -> bool:
        mixture = cocktail((LIDOCAINE, first), ("prilocaine", prilocaine))
        return not failed(checks(mixture, None, in_america(weight=weighed(weight_grams))))

    if passes(lidocaine + more, grams):
        assert passes(lidocaine, grams)
        assert passes(lidocaine, grams + more)


@given(doses, st.integers(min_value=1, max_value=1_000_000), st.integers(0, 1_000))
def test_a_cream_adds_what_it_lets_through(dose: int, milligrams: int, thousandths: int) -> None:
    held = in_america(policy=policy(topical_absorbed_thousandths=thousandths))
    cream = cream_of(TopicalAnaesthetic("emla", milligrams), held)
    total = total_doses(mixture_of(cocktail((LIDOCAINE, dose)), held), cream, held)
    through = Fraction(milligrams * 25 * thousandths, 1_000)
    assert total == {LIDOCAINE: dose + through, "prilocaine": through}


@pytest.mark.parametrize(
    ("number", "said"), [(Fraction(3), "3"), (Fraction(2, 3), "0.666"), (Fraction(7, 2), "3.500")]
)
def test_a_figure_is_never_more_than_it_is(number: Fraction, said: str) -> None:
    assert figure(number) == said


@given(st.fractions(min_value=0, max_value=3))
def test_a_share_over_one_never_looks_like_one(number: Fraction) -> None:
    assert (Fraction(rounded_up(number)) > 1) is (number > 1)
