"""Whether a cocktail may be given: status, preparation, pairs, doses (DOMAIN 10 rules 3 to 5).

Every gate closes when it finds no row: an ingredient without a status is blocked, a pair without
a row is not mixed by a clinic, an ingredient without a limit has no dose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from services.chassis.kernel import Violation
from services.consult.domain.formulary.reference import Formulary, Ingredient, IngredientStatus
from services.consult.domain.plan.errors import (
    DoseExceeded,
    DoseLimitMissing,
    IngredientBlocked,
    IngredientNotFound,
    PairNotCompatible,
    PreparationSourceNotAllowed,
)
from services.consult.domain.plan.model import Cocktail, PreparationSource


@dataclass(frozen=True, slots=True)
class Gate:
    """What a cocktail is held against: the formulary, where and when, and for whom not."""

    formulary: Formulary
    jurisdiction_code: str
    day: date
    excluded: Mapping[str, str]
    """Ingredients kept from this patient, each with the rule that keeps it."""

    def pass_through(self, cocktail: Cocktail) -> None:
        """Let `cocktail` pass, or refuse it with everything that is wrong of the first kind."""
        rows = self._rows(cocktail)
        blocked = [v for row in rows for v in self._blocked(row)]
        if blocked:
            raise IngredientBlocked(violations=blocked)
        if found := list(self._source_faults(cocktail, rows)):
            raise PreparationSourceNotAllowed(violations=found)
        if found := list(self._pair_faults(cocktail, rows)):
            raise PairNotCompatible(violations=found)
        self._weigh(cocktail, rows)

    def _rows(self, cocktail: Cocktail) -> Sequence[Ingredient]:
        rows = []
        for component in cocktail.components:
            row = self.formulary.ingredient(component.ingredient_code, self.day)
            if row is None:
                raise IngredientNotFound(ingredient_code=component.ingredient_code)
            rows.append(row)
        return rows

    def _blocked(self, row: Ingredient) -> Iterator[Violation]:
        code = row.ingredient_code
        status = row.status_in(self.jurisdiction_code)
        if status is None:
            where = self.jurisdiction_code
            yield Violation("INGREDIENT", code, f"has no signed status in {where}")
        elif status.status is IngredientStatus.BLOCKED:
            yield Violation("INGREDIENT", code, f"is blocked ({cited(status.source_codes)})")
        if code in self.excluded:
            yield Violation("INGREDIENT", code, f"is excluded by rule {self.excluded[code]}")

    def _source_faults(self, cocktail: Cocktail, rows: Sequence[Ingredient]) -> Iterator[Violation]:
        """DOMAIN 4.3: few sterile products and nothing hazardous when a clinic mixes."""
        if cocktail.source is not PreparationSource.CLINIC_MIXED:
            return
        most, sources = (
            self.formulary.clinic_mixture_products_max,
            cited(self.formulary.clinic_mixture_source_codes),
        )
        if len(rows) > most:
            said = f"{len(rows)} sterile products of at most {most} ({sources})"
            yield Violation("PREPARATION_SOURCE", cocktail.source.value, said)
        for row in rows:
            if row.hazardous:
                yield Violation("PREPARATION_SOURCE", row.ingredient_code, f"hazardous ({sources})")

    def _pair_faults(self, cocktail: Cocktail, rows: Sequence[Ingredient]) -> Iterator[Violation]:
        """DOMAIN 1.4: what must not meet never does; a clinic mixes only what a row allows."""
        mixed_here = cocktail.source is PreparationSource.CLINIC_MIXED
        for one, other in combinations(sorted(rows, key=lambda row: row.ingredient_code), 2):
            pair = f"{one.ingredient_code}+{other.ingredient_code}"
            codes = frozenset((one.ingredient_code, other.ingredient_code))
            forbidden = self.formulary.incompatibility(codes)
            if forbidden:
                said = f"{forbidden.effect_code} ({cited(forbidden.source_codes)})"
                yield Violation("PAIR", pair, said)
            elif mixed_here and not (allows(one, other) or allows(other, one)):
                said = "no row lets them share a syringe: separate syringes or one compounded lot"
                yield Violation("PAIR", pair, said)

    def _weigh(self, cocktail: Cocktail, rows: Sequence[Ingredient]) -> None:
        missing, exceeded = [], []
        for component, row in zip(cocktail.components, rows, strict=True):
            limit = row.limit_in(self.jurisdiction_code)
            code = row.ingredient_code
            if limit is None:
                missing.append(Violation("DOSE_LIMIT", code, why_no_limit(row)))
            elif component.dose_micrograms > limit.max_dose_micrograms:
                said = (
                    f"{component.dose_micrograms} of at most {limit.max_dose_micrograms} "
                    f"micrograms per session ({cited(limit.source_codes)})"
                )
                exceeded.append(Violation("DOSE", code, said))
        if missing:
            raise DoseLimitMissing(violations=missing)
        if exceeded:
            raise DoseExceeded(violations=exceeded)


def allows(one: Ingredient, other: Ingredient) -> bool:
    """Tell whether a row of `one` lets it share a syringe with `other`."""
    return any(row.ingredient_code == other.ingredient_code for row in one.compatibilities)


def why_no_limit(row: Ingredient) -> str:
    """Return what the clinical lead would have to sign."""
    if row.weight_limits:
        return "is limited by body weight, and no dated weight is known"
    return "has no signed limit per session"


def cited(source_codes: Sequence[str]) -> str:
    """Return the sources as a reader looks them up."""
    return ", ".join(source_codes)
