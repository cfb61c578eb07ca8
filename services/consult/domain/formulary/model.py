"""What a chain's clinical lead signed: terms of ingredients, pairs, and the chain's own numbers."""

from dataclasses import dataclass
from datetime import date

from services.chassis.kernel import derived_id
from services.consult.domain.formulary.reference import (
    EvidenceLevel,
    JurisdictionStatus,
    WeightLimit,
)
from services.consult.domain.response.model import Measure


@dataclass(frozen=True, slots=True)
class SignedLimit:
    """The most that one session may inject somewhere; an empty code is the default."""

    jurisdiction_code: str
    max_dose_micrograms: int
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IngredientTerms:
    """The terms of a known ingredient, as a chain signs them: they replace the row."""

    ingredient_code: str
    evidence: EvidenceLevel
    statuses: tuple[JurisdictionStatus, ...]
    limits: tuple[SignedLimit, ...]
    weight_limits: tuple[WeightLimit, ...]
    hazardous: bool
    immediate_use: bool
    sterile_products: int


@dataclass(frozen=True, slots=True)
class PairTerms:
    """What a chain's clinical lead says of two ingredients in one syringe."""

    ingredient_code: str
    other_ingredient_code: str
    compatible: bool
    stable_seconds: int | None
    effect_code: str


@dataclass(frozen=True, slots=True)
class LabValidity:
    """For how long a laboratory result counts."""

    lab_code: str
    valid_days: int


@dataclass(frozen=True, slots=True)
class CoolingOff:
    """How long a patient has to think it over."""

    jurisdiction_code: str
    days: int


@dataclass(frozen=True, slots=True)
class Repeatability:
    """How far two measurements of the same thing stray, as the chain has determined it."""

    measure: Measure
    sd_thousandths: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The numbers that no source gives."""

    effective_from: date
    screening_valid_days: int | None
    weight_valid_days: int | None
    lab_validities: tuple[LabValidity, ...]
    retention_days: int | None
    cooling_offs: tuple[CoolingOff, ...]
    topical_absorbed_thousandths: int | None
    five_ari_with_pregnancy_potential: bool
    repeatabilities: tuple[Repeatability, ...]


@dataclass(frozen=True, slots=True)
class SignedIngredient:
    """Terms of an ingredient, in force from a day until a later row."""

    terms: IngredientTerms
    effective_from: date
    source_codes: tuple[str, ...]
    practitioner_id: str


@dataclass(frozen=True, slots=True)
class SignedPair:
    """Terms of a pair, in force from a day until a later row."""

    terms: PairTerms
    effective_from: date
    source_codes: tuple[str, ...]
    practitioner_id: str


@dataclass(frozen=True, slots=True)
class Changes:
    """All that a chain signed, in the order of signing; one document per chain."""

    formulary_id: str
    ingredients: tuple[SignedIngredient, ...]
    pairs: tuple[SignedPair, ...]
    policies: tuple[Policy, ...]
    # The version that open plans were held against last, and on which day.
    applied_version: str
    applied_on: date | None = None


def formulary_of(chain_id: str) -> str:
    """Return the id of a chain's one formulary."""
    return derived_id("formulary", chain_id)
