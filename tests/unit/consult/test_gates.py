"""What may be in a cocktail: status, preparation, pairs and doses, all closed by default."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.consult.domain.formulary.reference import (
    Compatibility,
    Formulary,
    Ingredient,
    IngredientStatus,
)
from services.consult.domain.plan.errors import (
    DoseExceeded,
    DoseLimitMissing,
    IngredientBlocked,
    IngredientNotFound,
    PairNotCompatible,
    PreparationSourceNotAllowed,
)
from services.consult.domain.plan.gates import Gate
from services.consult.domain.plan.model import Cocktail, PreparationSource
from services.consult.reference.loader import reference
from tests.unit.consult.samples import TODAY, cocktail

FORMULARY = reference().formulary
CLINIC_MIXED = PreparationSource.CLINIC_MIXED

SEPARATE = PreparationSource.SEPARATE_SYRINGES


def gate(where: str = "GB", formulary: Formulary = FORMULARY) -> Gate:
    return Gate(formulary, where, TODAY, {})


PASSING = [
    (cocktail(), "GB"),
    (cocktail(("minoxidil", 5_000), ("dutasteride", 500)), "US-CA"),
    (cocktail(("minoxidil", 1), ("pdrn", 15_000), source=SEPARATE), "GB"),
    (cocktail(("minoxidil", 5_000), source=CLINIC_MIXED), "GB"),
]


@pytest.mark.parametrize(("mixture", "where"), PASSING)
def test_it_passes(mixture: Cocktail, where: str) -> None:
    gate(where).pass_through(mixture)


REFUSED: list[tuple[Cocktail, str, type[DomainError], list[str]]] = [
    (cocktail(("unobtainium", 1)), "GB", IngredientNotFound, []),
    (cocktail(("buflomedil", 1)), "GB", IngredientBlocked, ["buflomedil"]),
    (cocktail(("exosome", 1), ("thyroxine", 1)), "GB", IngredientBlocked, ["exosome", "thyroxine"]),
    (cocktail(("mesoglycan", 1)), "FR", IngredientBlocked, ["mesoglycan"]),
    (cocktail(("ghk_cu", 1)), "US", IngredientBlocked, ["ghk_cu"]),
    (cocktail(("ghk_cu", 1)), "US-NY", IngredientBlocked, ["ghk_cu"]),
    (cocktail(("ghk_cu", 1)), "GB", IngredientBlocked, ["ghk_cu"]),
    (cocktail(("pdrn", 1)), "US", IngredientBlocked, ["pdrn"]),
    (
        cocktail(("minoxidil", 1), ("dutasteride", 1), source=CLINIC_MIXED),
        "GB",
        PreparationSourceNotAllowed,
        ["dutasteride"],
    ),
    (
        cocktail(("zinc", 1), ("biotin", 1), ("minoxidil", 1), ("pdrn", 1), source=CLINIC_MIXED),
        "GB",
        PreparationSourceNotAllowed,
        ["CLINIC_MIXED"],
    ),
    (
        cocktail(("minoxidil", 1), ("pdrn", 1), source=CLINIC_MIXED),
        "GB",
        PairNotCompatible,
        ["minoxidil+pdrn"],
    ),
    (cocktail(("finasteride", 1)), "GB", DoseLimitMissing, ["finasteride"]),
    (cocktail(("minoxidil", 1), ("zinc", 1)), "GB", DoseLimitMissing, ["zinc"]),
    (cocktail(("lidocaine", 1)), "GB", DoseLimitMissing, ["lidocaine"]),
    (cocktail(("minoxidil", 5_001)), "GB", DoseExceeded, ["minoxidil"]),
    (cocktail(("dutasteride", 501), ("minoxidil", 1)), "GB", DoseExceeded, ["dutasteride"]),
]


@pytest.mark.parametrize(("mixture", "where", "refusal", "subjects"), REFUSED)
def test_it_does_not_pass(
    mixture: Cocktail, where: str, refusal: type[DomainError], subjects: list[str]
) -> None:
    with pytest.raises(refusal) as refused:
        gate(where).pass_through(mixture)
    assert [violation.subject for violation in refused.value.violations] == subjects


@pytest.mark.parametrize("source", PreparationSource)
@pytest.mark.parametrize(
    ("one", "other", "source_code"),
    [("copper", "ascorbic_acid", "R60"), ("cysteine", "copper", "R60")],
)
def test_what_must_not_meet_never_does(
    source: PreparationSource, one: str, other: str, source_code: str
) -> None:
    with pytest.raises(PairNotCompatible) as refused:
        gate().pass_through(cocktail((one, 1), (other, 1), source=source))
    [violation] = refused.value.violations
    assert violation.subject == "+".join(sorted((one, other)))
    assert source_code in violation.description


@pytest.mark.parametrize("of", ["minoxidil", "pdrn"])
def test_a_signed_row_of_either_lets_a_clinic_mix_them(of: str) -> None:
    other = {"minoxidil": "pdrn", "pdrn": "minoxidil"}[of]
    row = Compatibility(other, 3_600, ("D",))
    signed = replace(
        FORMULARY,
        ingredients=tuple(
            replace(each, compatibilities=(row,)) if each.ingredient_code == of else each
            for each in FORMULARY.ingredients
        ),
    )
    mixture = cocktail(("minoxidil", 1), ("pdrn", 1), source=CLINIC_MIXED)
    gate(formulary=signed).pass_through(mixture)


@given(st.integers(min_value=1, max_value=20_000))
def test_a_dose_passes_up_to_its_limit_and_the_refusal_shows_the_arithmetic(dose: int) -> None:
    mixture = cocktail(("minoxidil", dose))
    if dose <= 5_000:
        gate().pass_through(mixture)
        return
    with pytest.raises(DoseExceeded) as refused:
        gate().pass_through(mixture)
    [violation] = refused.value.violations
    assert violation.description == (f"{dose} of at most 5000 micrograms per session (R13, D)")


@given(st.sampled_from(FORMULARY.ingredients), st.sampled_from(["GB", "US", "US-CA", "FR", "AU"]))
def test_no_ingredient_passes_without_a_status_and_a_limit(
    ingredient: Ingredient, where: str
) -> None:
    code = ingredient.ingredient_code
    status = ingredient.status_in(where)
    allowed = status is not None and status.status is not IngredientStatus.BLOCKED
    if allowed and ingredient.limit_in(where):
        gate(where).pass_through(cocktail((code, 1)))
        return
    with pytest.raises(DoseLimitMissing if allowed else IngredientBlocked):
        gate(where).pass_through(cocktail((code, 1)))
