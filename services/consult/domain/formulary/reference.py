"""The formulary: reference data as the rules read it.

Codes of sources are those of the list that comes with the reference data; among them `K` marks
general knowledge that was not read in a source and `D` a figure that was derived.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from services.consult.domain.dating import is_in_force, rows_of
from services.consult.domain.formulary.chairside import ClinicMixture, TopicalProduct
from services.consult.domain.plan.model import Goal


class IngredientClass(Enum):
    """What kind of thing an ingredient is."""

    VITAMIN = "VITAMIN"
    MINERAL = "MINERAL"
    AMINO_ACID = "AMINO_ACID"
    COENZYME = "COENZYME"
    NUCLEIC_ACID = "NUCLEIC_ACID"
    PLANT_EXTRACT = "PLANT_EXTRACT"
    ENZYME = "ENZYME"
    HORMONE = "HORMONE"
    MEDICATION = "MEDICATION"
    ANAESTHETIC = "ANAESTHETIC"
    DILUENT = "DILUENT"
    PEPTIDE = "PEPTIDE"
    AUTOLOGOUS = "AUTOLOGOUS"
    BIOLOGIC = "BIOLOGIC"
    FILLER = "FILLER"
    COMPLEX = "COMPLEX"


class IngredientStatus(Enum):
    """Whether an ingredient may be injected somewhere."""

    LICENSED = "LICENSED"
    OFF_LABEL = "OFF_LABEL"
    BLOCKED = "BLOCKED"


class EvidenceLevel(Enum):
    """What has been published on an ingredient for this use."""

    NONE = "NONE"
    VERY_LOW = "VERY_LOW"
    UNCONTROLLED = "UNCONTROLLED"
    SMALL_TRIALS = "SMALL_TRIALS"


@dataclass(frozen=True, slots=True)
class JurisdictionStatus:
    """A status somewhere; an empty code is the default for those not named."""

    jurisdiction_code: str
    status: IngredientStatus
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoseLimit:
    """The most that one session may inject somewhere, and how the figure came about."""

    jurisdiction_code: str
    max_dose_micrograms: int
    source_codes: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class WeightLimit:
    """A limit by body weight: it wants a dated weight, and refuses without one."""

    jurisdiction_code: str
    max_micrograms_per_kilogram: int
    max_dose_micrograms: int | None
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Compatibility:
    """A row that lets an ingredient share a syringe with another one."""

    ingredient_code: str
    stable_seconds: int | None
    source_codes: tuple[str, ...]
    effective_from: date = date.min
    effective_until: date | None = None


@dataclass(frozen=True, slots=True)
class Incompatibility:
    """Two ingredients that must not meet, and what would happen."""

    ingredient_codes: tuple[str, str]
    effect_code: str
    source_codes: tuple[str, ...]
    effective_from: date = date.min
    effective_until: date | None = None


@dataclass(frozen=True, slots=True)
class PublishedDose:
    """A dose of one session as somebody published it."""

    dose_micrograms: int
    volume_microlitres: int
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A row of the formulary, in force from its first to its last day."""

    ingredient_code: str
    version: str
    display_name: str
    ingredient_class: IngredientClass
    hazardous: bool
    evidence: EvidenceLevel
    statuses: tuple[JurisdictionStatus, ...]
    limits: tuple[DoseLimit, ...]
    weight_limits: tuple[WeightLimit, ...]
    compatibilities: tuple[Compatibility, ...]
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str
    goals: tuple[Goal, ...] = ()
    # Why it is blocked by default; empty where it is not.
    block_reason_code: str = ""
    contraindication_codes: tuple[str, ...] = ()
    hazard_codes: tuple[str, ...] = ()
    sterile_products: int = 1
    immediate_use: bool = False
    allergen_codes: tuple[str, ...] = ()
    published_doses: tuple[PublishedDose, ...] = ()

    def on(self, day: date) -> "Ingredient":
        """Return the row with the pairs of `day`."""
        return replace(self, compatibilities=rows_of(day, self.compatibilities))

    def status_in(self, jurisdiction_code: str) -> JurisdictionStatus | None:
        """Return the status there; without a row there is none, and none means no."""
        for code in places(jurisdiction_code):
            for row in self.statuses:
                if row.jurisdiction_code == code:
                    return row
        return None

    def limit_in(self, jurisdiction_code: str) -> DoseLimit | None:
        """Return the limit there, or None where nobody signed one."""
        for code in places(jurisdiction_code):
            for row in self.limits:
                if row.jurisdiction_code == code:
                    return row
        return None

    def weight_limit_in(self, jurisdiction_code: str) -> WeightLimit | None:
        """Return the limit by body weight there, or None where nobody signed one."""
        for code in places(jurisdiction_code):
            for row in self.weight_limits:
                if row.jurisdiction_code == code:
                    return row
        return None


@dataclass(frozen=True, slots=True)
class Formulary:
    """Every row there is or was; decisions store `version`."""

    version: str
    signed_by_code: str
    clinic_mixtures: tuple[ClinicMixture, ...]
    ingredients: tuple[Ingredient, ...]
    incompatibilities: tuple[Incompatibility, ...]
    topical_products: tuple[TopicalProduct, ...] = ()

    def on(self, day: date) -> "Formulary":
        """Return the ingredients, pairs, creams and clinic mixtures of `day`."""
        return replace(
            self,
            ingredients=tuple(row.on(day) for row in rows_of(day, self.ingredients)),
            incompatibilities=rows_of(day, self.incompatibilities),
            topical_products=rows_of(day, self.topical_products),
            clinic_mixtures=rows_of(day, self.clinic_mixtures),
        )

    def ingredient(self, ingredient_code: str, day: date) -> Ingredient | None:
        """Return the row of an ingredient that is in force on `day`."""
        rows = (row for row in self.ingredients if row.ingredient_code == ingredient_code)
        return next((row for row in rows if is_in_force(row, day)), None)

    def in_force(self, day: date) -> Sequence[Ingredient]:
        """Return the rows in force on `day`, by code."""
        return sorted(rows_of(day, self.ingredients), key=lambda row: row.ingredient_code)

    def topical_product(self, product_code: str) -> TopicalProduct | None:
        """Return a numbing cream."""
        return next((p for p in self.topical_products if p.product_code == product_code), None)

    def incompatibility(self, pair: frozenset[str]) -> Incompatibility | None:
        """Return the row that forbids `pair`, if any does."""
        for row in self.incompatibilities:
            if pair == set(row.ingredient_codes):
                return row
        return None


def places(jurisdiction_code: str) -> Sequence[str]:
    """Return the codes under which a row may stand, the nearest first: US-CA, US, default."""
    country = jurisdiction_code.partition("-")[0]
    return (
        (jurisdiction_code, "")
        if country == jurisdiction_code
        else (jurisdiction_code, country, "")
    )
