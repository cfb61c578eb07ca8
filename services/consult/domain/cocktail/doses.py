"""Doses of one session against signed limits; without a limit there is no dose."""

from collections.abc import Iterator
from fractions import Fraction

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.model import Check, Ground, Mixture
from services.consult.domain.dating import aged_on, begun_by
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.reference import Ingredient, WeightLimit
from services.consult.domain.formulary.rows import need
from services.consult.domain.plan.errors import DoseExceeded, DoseLimitMissing, WeightMissing

GRAMS_PER_KILOGRAM = 1_000


def dose_checks(mixture: Mixture, ground: Ground) -> Iterator[Check]:
    """Yield each ingredient's dose against each limit that is signed for it there."""
    for row in mixture.rows:
        yield from limited(row, mixture.dose_micrograms[row.ingredient_code], ground)


def limited(row: Ingredient, dose: int, ground: Ground) -> Iterator[Check]:
    """Yield the checks of one ingredient: by session, by body weight, or that neither is signed."""
    by_session = row.limit_in(ground.jurisdiction_code)
    by_weight = row.weight_limit_in(ground.jurisdiction_code)
    if by_session is None and by_weight is None:
        yield unlimited(row, ground)
    if by_session is not None:
        most = by_session.max_dose_micrograms
        said = f"{dose} of at most {most} micrograms per session"
        verdict = DoseExceeded if dose > most else None
        yield Check(verdict, "DOSE", row.ingredient_code, said, by_session.source_codes)
    if by_weight is not None:
        yield weighed(row, dose, by_weight, ground)


def unlimited(row: Ingredient, ground: Ground) -> Check:
    """Return that nobody signed a limit of `row` there."""
    said = f"has no signed limit per session in {ground.jurisdiction_code}"
    return Check(DoseLimitMissing, "DOSE_LIMIT", row.ingredient_code, said, row.source_codes)


def weighed(row: Ingredient, dose: int, limit: WeightLimit, ground: Ground) -> Check:
    """Return a dose against a limit by body weight."""
    if (lack := weight_lacking(row.ingredient_code, ground)) is not None:
        return lack
    most = most_of(limit, ground)
    said = f"{dose} of at most {figure(most)} micrograms: {derivation(limit, ground)}"
    verdict = DoseExceeded if dose > most else None
    return Check(verdict, "DOSE", row.ingredient_code, said, limit.source_codes)


def weight_lacking(ingredient_code: str, ground: Ground) -> Check | None:
    """Return what is missing for a limit by body weight; None where a fresh weight is known."""
    weight = ground.weight
    if weight is None:
        return without_weight(WeightMissing, ingredient_code, "no dated body weight is known")
    try:
        valid_days = need(ground.policy, "weight_valid_days")
    except PolicyMissing:
        said = "weight_valid_days was not signed by the chain"
        return without_weight(PolicyMissing, ingredient_code, said)
    young = ground.day < aged_on(weight.measured_on, valid_days)
    if young and weight.measured_on <= begun_by(ground.day):
        return None
    age_days = (ground.day - weight.measured_on).days
    said = f"the body weight is {age_days} days old and counts for {valid_days}"
    return without_weight(WeightMissing, ingredient_code, said)


def without_weight(verdict: type[DomainError], ingredient_code: str, said: str) -> Check:
    """Return that a limit by body weight cannot be worked out."""
    return Check(verdict, "WEIGHT", ingredient_code, said, ())


def most_of(limit: WeightLimit, ground: Ground) -> Fraction:
    """Return the most of a session in micrograms; the weight has been found to be fresh."""
    assert ground.weight is not None
    grams = ground.weight.weight_grams
    by_weight = Fraction(limit.max_micrograms_per_kilogram * grams, GRAMS_PER_KILOGRAM)
    if limit.max_dose_micrograms is None:
        return by_weight
    return min(by_weight, Fraction(limit.max_dose_micrograms))


def derivation(limit: WeightLimit, ground: Ground) -> str:
    """Return how the limit came about."""
    assert ground.weight is not None
    said = f"{limit.max_micrograms_per_kilogram} per kg at {ground.weight.weight_grams} g"
    if limit.max_dose_micrograms is None:
        return said
    return f"{said}, never over {limit.max_dose_micrograms}"


def figure(number: Fraction) -> str:
    """Return a whole number as it is, another with three decimals, cut so that it is not over."""
    if number.denominator == 1:
        return str(number.numerator)
    return f"{int(number * 1_000) / 1_000:.3f}"
