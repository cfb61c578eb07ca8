"""Local anaesthetics add up: what is injected and what a cream lets through count together.

DOMAIN 1.3: the sum over agents of dose by limit is at most one. A cream counts with the share that
the chain's clinical lead signed, and whole where none is signed.
"""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil

from services.consult.domain.cocktail.doses import (
    figure,
    most_of,
    unlimited,
    weight_lacking,
)
from services.consult.domain.cocktail.model import Check, Cream, Ground, Mixture
from services.consult.domain.formulary.reference import Ingredient, IngredientClass
from services.consult.domain.plan.errors import DoseExceeded

THOUSANDTHS = 1_000
MILLIGRAMS_PER_GRAM = 1_000
SUM_SOURCE_CODE = "D"


def anaesthetic_checks(mixture: Mixture, cream: Cream | None, ground: Ground) -> Iterator[Check]:
    """Yield the sum of the local anaesthetics of one visit, or what is missing to work it out."""
    doses = total_doses(mixture, cream, ground)
    rows = {row.ingredient_code: row for row in agents(mixture, cream)}
    missing = [lack for row in rows.values() if (lack := lacking(row, ground)) is not None]
    injected = {row.ingredient_code for row in mixture.rows}
    # What is injected is found missing by its own check of the dose.
    yield from (lack for lack in missing if lack.subject_code not in injected)
    if rows and not missing:
        yield summed({code: (row, doses[code]) for code, row in rows.items()}, ground)


def agents(mixture: Mixture, cream: Cream | None) -> Iterator[Ingredient]:
    """Yield the local anaesthetics of the visit, injected or in a cream."""
    for row in (*mixture.rows, *(cream.rows if cream else ())):
        if row.ingredient_class is IngredientClass.ANAESTHETIC:
            yield row


def total_doses(mixture: Mixture, cream: Cream | None, ground: Ground) -> dict[str, Fraction]:
    """Return how many micrograms of each ingredient the visit gives by either way."""
    doses = {code: Fraction(dose) for code, dose in mixture.dose_micrograms.items()}
    if cream is None:
        return doses
    for content in cream.product.contains:
        held = Fraction(cream.mass_milligrams * content.micrograms_per_gram, MILLIGRAMS_PER_GRAM)
        code = content.ingredient_code
        doses[code] = doses.get(code, Fraction(0)) + held * absorbed(ground)
    return doses


def absorbed(ground: Ground) -> Fraction:
    """Return which share of a cream counts: all of it, unless the chain signed less."""
    signed = ground.policy.topical_absorbed_thousandths if ground.policy else None
    return Fraction(THOUSANDTHS if signed is None else signed, THOUSANDTHS)


def lacking(row: Ingredient, ground: Ground) -> Check | None:
    """Return what is missing to know the most of an anaesthetic."""
    if row.weight_limit_in(ground.jurisdiction_code) is not None:
        return weight_lacking(row.ingredient_code, ground)
    if row.limit_in(ground.jurisdiction_code) is not None:
        return None
    return unlimited(row, ground)


def summed(doses: Mapping[str, tuple[Ingredient, Fraction]], ground: Ground) -> Check:
    """Return whether the shares that the doses have of their limits stay within one."""
    parts: list[str] = []
    sources: list[str] = []
    share = Fraction(0)
    for code, (row, dose) in doses.items():
        most, cited_by = most_and_sources(row, ground)
        parts.append(f"{code} {figure(dose)}/{figure(most)}")
        share += dose / most
        sources += cited_by
    return Check(
        DoseExceeded if share > 1 else None,
        "ANAESTHETIC_SUM",
        "+".join(doses),
        f"{' + '.join(parts)} = {rounded_up(share)} of at most 1",
        tuple(dict.fromkeys((*sources, SUM_SOURCE_CODE))),
    )


def most_and_sources(row: Ingredient, ground: Ground) -> tuple[Fraction, tuple[str, ...]]:
    """Return the lowest limit of an anaesthetic; that one is there has been found."""
    by_weight = row.weight_limit_in(ground.jurisdiction_code)
    by_session = row.limit_in(ground.jurisdiction_code)
    limits = []
    if by_weight is not None:
        limits.append((most_of(by_weight, ground), by_weight.source_codes))
    if by_session is not None:
        limits.append((Fraction(by_session.max_dose_micrograms), by_session.source_codes))
    return min(limits)


def rounded_up(share: Fraction) -> str:
    """Return a share with three decimals; what is over one never looks like one."""
    return f"{ceil(share * THOUSANDTHS) / THOUSANDTHS:.3f}"
