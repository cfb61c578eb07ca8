"""Every check of a cocktail, with its rule, its subject and its arithmetic.

DOMAIN 10 rules 3 to 5. Every gate closes when it finds no row: an ingredient without a status is
blocked, a pair without a row is not mixed by a clinic, an ingredient without a limit has no dose.
"""

from collections.abc import Iterator, Sequence
from itertools import chain

from services.chassis.kernel import DomainError, Violation
from services.consult.domain.cocktail.allergies import allergy_checks
from services.consult.domain.cocktail.anaesthetics import anaesthetic_checks
from services.consult.domain.cocktail.doses import dose_checks
from services.consult.domain.cocktail.mixing import pair_checks, preparation_checks
from services.consult.domain.cocktail.model import Check, Cream, Ground, Mixture, cited
from services.consult.domain.formulary.chairside import TopicalProduct
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.reference import Ingredient, IngredientStatus
from services.consult.domain.plan import errors
from services.consult.domain.plan.model import Cocktail, TopicalAnaesthetic

__all__ = ["Check", "Ground", "checks", "refuse_failed"]

KINDS_IN_ORDER: tuple[type[DomainError], ...] = (
    errors.IngredientNotFound,
    errors.IngredientBlocked,
    errors.PreparationSourceNotAllowed,
    errors.PairNotCompatible,
    errors.DoseLimitMissing,
    PolicyMissing,
    errors.WeightMissing,
    errors.DoseExceeded,
)


def checks(
    cocktail: Cocktail, topical: TopicalAnaesthetic | None, ground: Ground
) -> tuple[Check, ...]:
    """Return every check of `cocktail`, passed or not, in the order in which a plan is refused."""
    mixture, cream = mixture_of(cocktail, ground), cream_of(topical, ground)
    touched = (*mixture.rows, *(cream.rows if cream else ()))
    return tuple(
        chain(
            unknown_checks(cocktail, topical, ground),
            (status_check(row, ground.jurisdiction_code) for row in mixture.rows),
            (exclusion_check(row, ground) for row in distinct(touched)),
            allergy_checks(distinct(touched), ground),
            preparation_checks(mixture, ground.formulary),
            pair_checks(mixture, ground.formulary),
            dose_checks(mixture, ground),
            anaesthetic_checks(mixture, cream, ground),
        )
    )


def refuse_failed(made: Sequence[Check]) -> None:
    """Refuse with everything that is wrong of the first kind; pass where nothing is."""
    failed = {check.verdict for check in made} - {None}
    for kind in KINDS_IN_ORDER:
        if kind in failed:
            raise kind(violations=[violation(each) for each in made if each.verdict is kind])


def violation(check: Check) -> Violation:
    """Return a failed check as a refusal shows it."""
    sources = f" ({cited(check.source_codes)})" if check.source_codes else ""
    return Violation(check.rule_code, check.subject_code, check.arithmetic + sources)


def mixture_of(cocktail: Cocktail, ground: Ground) -> Mixture:
    """Return `cocktail` as the rows in force; what the formulary does not know is left out."""
    doses: dict[str, int] = {}
    for part in cocktail.components:
        doses[part.ingredient_code] = doses.get(part.ingredient_code, 0) + part.dose_micrograms
    rows = (ground.formulary.ingredient(code, ground.day) for code in doses)
    return Mixture(cocktail.source, tuple(row for row in rows if row is not None), doses)


def cream_of(topical: TopicalAnaesthetic | None, ground: Ground) -> Cream | None:
    """Return the cream with the rows of what it holds; None without one or where it is unknown."""
    product = product_of(topical, ground)
    if topical is None or product is None:
        return None
    rows = (ground.formulary.ingredient(c.ingredient_code, ground.day) for c in product.contains)
    return Cream(product, topical.mass_milligrams, tuple(row for row in rows if row is not None))


def product_of(topical: TopicalAnaesthetic | None, ground: Ground) -> TopicalProduct | None:
    """Return what the reference data says of the cream; None without one or where it is unknown."""
    return None if topical is None else ground.formulary.topical_product(topical.product_code)


def unknown_checks(
    cocktail: Cocktail, topical: TopicalAnaesthetic | None, ground: Ground
) -> Iterator[Check]:
    """Yield what the reference data does not know."""
    product = product_of(topical, ground)
    if topical is not None and product is None:
        said = "is no numbing cream of the reference data"
        yield Check(errors.IngredientNotFound, "TOPICAL", topical.product_code, said, ())
    codes = [part.ingredient_code for part in cocktail.components]
    codes += [content.ingredient_code for content in product.contains] if product else []
    for code in dict.fromkeys(codes):
        if ground.formulary.ingredient(code, ground.day) is None:
            said = f"has no row in force on {ground.day}"
            yield Check(errors.IngredientNotFound, "INGREDIENT", code, said, ())


def status_check(row: Ingredient, jurisdiction_code: str) -> Check:
    """Return whether `row` may be injected there; without a status it may not."""
    status = row.status_in(jurisdiction_code)
    if status is None:
        verdict, said, sources = (
            errors.IngredientBlocked,
            f"has no signed status in {jurisdiction_code}",
            row.source_codes,
        )
        return Check(verdict, "INGREDIENT", row.ingredient_code, said, sources)
    blocked = status.status is IngredientStatus.BLOCKED
    said = "is blocked" if blocked else f"is {status.status.value} in {jurisdiction_code}"
    if blocked and row.block_reason_code:
        said += f": {row.block_reason_code}"
    return Check(
        errors.IngredientBlocked if blocked else None,
        "INGREDIENT",
        row.ingredient_code,
        said,
        status.source_codes,
    )


def exclusion_check(row: Ingredient, ground: Ground) -> Check:
    """Return whether a suitability rule keeps `row` from this patient (pregnancy, fertility, …)."""
    rule_id = ground.excluded.get(row.ingredient_code)
    said = f"is excluded by rule {rule_id}" if rule_id else "is excluded by no rule"
    verdict = errors.IngredientBlocked if rule_id else None
    return Check(verdict, "EXCLUSION", row.ingredient_code, said, ())


def distinct(rows: Sequence[Ingredient]) -> Sequence[Ingredient]:
    """Return each row once: a cream may hold what is injected as well."""
    return list({row.ingredient_code: row for row in rows}.values())
