"""What may be in a cocktail: status, preparation, pairs and doses, all closed by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.checks import checks, refuse_failed
from services.consult.domain.formulary.reference import (
    Compatibility,
    DoseLimit,
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
    WeightMissing,
)
from services.consult.domain.plan.model import Cocktail, PreparationSource
from tests.unit.consult.cocktails import FORMULARY, amended, ground
from tests.unit.consult.samples import cocktail

CLINIC_MIXED = PreparationSource.CLINIC_MIXED

SEPARATE = PreparationSource.SEPARATE_SYRINGES


def passing(mixture: Cocktail, where: str = "GB", formulary: Formulary = FORMULARY) -> None:
    """Let `mixture` pass, or refuse it as a plan would."""
    held = ground(formulary=formulary, jurisdiction_code=where)
    refuse_failed(checks(mixture, None, held))


PASSING = [
    (cocktail(), "GB"),
    (cocktail(("minoxidil", 5_000), ("dutasteride", 500)), "US-CA"),
    (cocktail(("minoxidil", 1), ("pdrn", 15_000), source=SEPARATE), "GB"),
    (cocktail(("pdrn", 15_000), source=CLINIC_MIXED), "GB"),
]


@pytest.mark.parametrize(("mixture", "where"), PASSING)
def test_it_passes(mixture: Cocktail, where: str) -> None:
    passing(mixture, where)


REFUSED: list[tuple[Cocktail, str, type[DomainError], list[str]]] = [
    (cocktail(("unobtainium", 1)), "GB", IngredientNotFound, ["unobtainium"]),
    (cocktail(("buflomedil", 1)), "GB", IngredientBlocked, ["buflomedil"]),
    (cocktail(("exosome", 1), ("thyroxine", 1)), "GB", IngredientBlocked, ["exosome", "thyroxine"]),
    (cocktail(("mesoglycan", 1)), "FR", IngredientBlocked, ["mesoglycan"]),
    (cocktail(("ghk_cu", 1)), "US", IngredientBlocked, ["ghk_cu"]),
    (cocktail(("ghk_cu", 1)), "US-NY", IngredientBlocked, ["ghk_cu"]),
    (cocktail(("ghk_cu", 1)), "GB", IngredientBlocked, ["ghk_cu"]),
    (cocktail(("pdrn", 1)), "US", IngredientBlocked, ["pdrn"]),
    (
        cocktail(("pdrn", 1), ("dutasteride", 1), source=CLINIC_MIXED),
        "GB",
        PreparationSourceNotAllowed,
        ["dutasteride"],
    ),
    (
        cocktail(("minoxidil", 1), source=CLINIC_MIXED),
        "GB",
        PreparationSourceNotAllowed,
        ["minoxidil"],
    ),
    (
        cocktail(("zinc", 1), ("biotin", 1), ("copper", 1), ("pdrn", 1), source=CLINIC_MIXED),
        "GB",
        PreparationSourceNotAllowed,
        ["CLINIC_MIXED"],
    ),
    (
        cocktail(("zinc", 1), ("pdrn", 1), source=CLINIC_MIXED),
        "GB",
        PairNotCompatible,
        ["pdrn+zinc"],
    ),
    (cocktail(("finasteride", 1)), "GB", DoseLimitMissing, ["finasteride"]),
    (cocktail(("minoxidil", 1), ("zinc", 1)), "GB", DoseLimitMissing, ["zinc"]),
    (cocktail(("lidocaine", 1)), "GB", WeightMissing, ["lidocaine"]),
    (cocktail(("lidocaine", 1)), "FR", DoseLimitMissing, ["lidocaine"]),
    (cocktail(("minoxidil", 5_001)), "GB", DoseExceeded, ["minoxidil"]),
    (cocktail(("dutasteride", 501), ("minoxidil", 1)), "GB", DoseExceeded, ["dutasteride"]),
]


@pytest.mark.parametrize(("mixture", "where", "refusal", "subjects"), REFUSED)
def test_it_does_not_pass(
    mixture: Cocktail, where: str, refusal: type[DomainError], subjects: list[str]
) -> None:
    with pytest.raises(refusal) as refused:
        passing(mixture, where)
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
        passing(cocktail((one, 1), (other, 1), source=source))
    [violation] = refused.value.violations
    assert violation.subject == "+".join(sorted((one, other)))
    assert source_code in violation.description


@pytest.mark.parametrize(("of", "other"), [("zinc", "pdrn"), ("pdrn", "zinc")])
def test_a_signed_row_of_either_lets_a_clinic_mix_them(of: str, other: str) -> None:
    limit = DoseLimit("", 10, ("D",), "")
    signed = amended(amended(FORMULARY, "zinc", limits=(limit,)), "pdrn", limits=(limit,))
    signed = amended(signed, of, compatibilities=(Compatibility(other, 3_600, ("D",)),))
    passing(cocktail(("zinc", 1), ("pdrn", 1), source=CLINIC_MIXED), formulary=signed)


@given(st.integers(min_value=1, max_value=20_000))
def test_a_dose_passes_up_to_its_limit_and_the_refusal_shows_the_arithmetic(dose: int) -> None:
    mixture = cocktail(("minoxidil", dose))
    if dose <= 5_000:
        passing(mixture)
        return
    with pytest.raises(DoseExceeded) as refused:
        passing(mixture)
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
        passing(cocktail((code, 1)), where)
        return
    limitless = WeightMissing if ingredient.weight_limit_in(where) else DoseLimitMissing
    with pytest.raises(limitless if allowed else IngredientBlocked):
        passing(cocktail((code, 1)), where)
