"""A cocktail held against its ground: what is asked, and how each check answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.chassis.kernel import DomainError
from services.consult.domain.formulary.chairside import TopicalProduct
from services.consult.domain.formulary.model import Policy
from services.consult.domain.formulary.reference import Formulary, Ingredient
from services.consult.domain.patient.clinical import BodyWeight
from services.consult.domain.plan.model import PreparationSource


@dataclass(frozen=True, slots=True)
class Ground:
    """What a cocktail is held against: the rows in force, where and when, and for whom not."""

    formulary: Formulary
    jurisdiction_code: str
    day: date
    # Ingredients kept from this patient, each with the rule that keeps it.
    excluded: Mapping[str, str]
    # Concepts of the patient's allergies, by the reference data's codings.
    allergy_concepts: frozenset[str]
    weight: BodyWeight | None
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check; without a verdict it is passed."""

    verdict: type[DomainError] | None
    rule_code: str
    subject_code: str
    arithmetic: str
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mixture:
    """A cocktail as rows of the formulary, each with its dose of one session."""

    source: PreparationSource
    rows: tuple[Ingredient, ...]
    dose_micrograms: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cream:
    """A numbing cream as it is put on, with the rows of what it holds."""

    product: TopicalProduct
    mass_milligrams: int
    rows: tuple[Ingredient, ...]


def cited(source_codes: Sequence[str]) -> str:
    """Return the sources as a reader looks them up."""
    return ", ".join(source_codes)
