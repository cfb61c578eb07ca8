"""How a cocktail is prepared, and what may meet in one syringe."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from services.consult.domain.cocktail.model import Check, Mixture
from services.consult.domain.formulary.reference import Compatibility, Formulary, Ingredient
from services.consult.domain.plan.errors import PairNotCompatible, PreparationSourceNotAllowed
from services.consult.domain.plan.model import PreparationSource


def preparation_checks(mixture: Mixture, formulary: Formulary) -> Iterator[Check]:
    """Yield what a clinic may mix: few sterile products, for immediate use, nothing hazardous.

    DOMAIN 4.3: over these limits it takes a pharmacy's compounded lot.
    """
    if mixture.source is not PreparationSource.CLINIC_MIXED:
        said = "is not mixed by the clinic"
        yield Check(None, "PREPARATION_SOURCE", mixture.source.value, said, ())
        return
    # Without a row no clinic mixes anything: closed by default.
    most = min((row.products_max for row in formulary.clinic_mixtures), default=0)
    cited = [code for row in formulary.clinic_mixtures for code in row.source_codes]
    sources = tuple(dict.fromkeys(cited))
    count = sum(row.sterile_products for row in mixture.rows)
    yield Check(
        PreparationSourceNotAllowed if count > most else None,
        "PREPARATION_SOURCE",
        mixture.source.value,
        f"{count} sterile products of at most {most}",
        sources,
    )
    for row in mixture.rows:
        against = against_clinic(row)
        verdict = PreparationSourceNotAllowed if against else None
        said = against or "may be mixed by a clinic for immediate use"
        yield Check(verdict, "PREPARATION_SOURCE", row.ingredient_code, said, sources)


def against_clinic(row: Ingredient) -> str:
    """Return what speaks against a clinic's mixing `row`; empty where nothing does."""
    if row.hazardous:
        return "hazardous"
    return "" if row.immediate_use else "not for immediate use: a pharmacy compounds it"


def pair_checks(mixture: Mixture, formulary: Formulary) -> Iterator[Check]:
    """Yield each pair: what must not meet never does, a clinic mixes only what a row allows.

    DOMAIN 1.4: default-deny.
    """
    ordered = sorted(mixture.rows, key=lambda row: row.ingredient_code)
    for one, other in combinations(ordered, 2):
        yield pair_check(one, other, mixture.source, formulary)


def pair_check(
    one: Ingredient, other: Ingredient, source: PreparationSource, formulary: Formulary
) -> Check:
    """Return whether two ingredients may be in one cocktail of that preparation."""
    pair = f"{one.ingredient_code}+{other.ingredient_code}"
    codes = frozenset((one.ingredient_code, other.ingredient_code))
    if forbidden := formulary.incompatibility(codes):
        return Check(PairNotCompatible, "PAIR", pair, forbidden.effect_code, forbidden.source_codes)
    if source is not PreparationSource.CLINIC_MIXED:
        return Check(None, "PAIR", pair, "no row forbids them, and no clinic mixes them", ())
    if row := compatibility(one, other):
        return Check(None, "PAIR", pair, stable(row), row.source_codes)
    said = "no row lets them share a syringe: separate syringes or one compounded lot"
    return Check(PairNotCompatible, "PAIR", pair, said, ())


def compatibility(one: Ingredient, other: Ingredient) -> Compatibility | None:
    """Return the row of either that lets them share a syringe."""
    rows: Sequence[Compatibility] = [
        *(row for row in one.compatibilities if row.ingredient_code == other.ingredient_code),
        *(row for row in other.compatibilities if row.ingredient_code == one.ingredient_code),
    ]
    return rows[0] if rows else None


def stable(row: Compatibility) -> str:
    """Return for how long a mixture keeps."""
    if row.stable_seconds is None:
        return "compatible"
    return f"compatible for {row.stable_seconds} seconds"
