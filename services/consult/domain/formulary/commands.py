"""What may be asked of a chain's formulary."""

from dataclasses import dataclass
from datetime import date, datetime

from services.consult.domain.formulary.model import IngredientTerms, PairTerms, Policy


@dataclass(frozen=True, slots=True)
class SignIngredient:
    """Sign terms of an ingredient that hold from a day on."""

    formulary_id: str
    practitioner_id: str
    terms: IngredientTerms
    effective_from: date
    source_codes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class SignPair:
    """Sign what is known of a pair from a day on."""

    formulary_id: str
    practitioner_id: str
    terms: PairTerms
    effective_from: date
    source_codes: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class SignPolicy:
    """Sign the numbers that no source gives; all of them at once."""

    formulary_id: str
    practitioner_id: str
    policy: Policy
    at: datetime


@dataclass(frozen=True, slots=True)
class ApplyFormulary:
    """Hold the open plans against what is in force by now, unless it was done already."""

    formulary_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecheckPlans:
    """Hold the open plans against what is in force by now, once more."""

    formulary_id: str
    at: datetime


Signing = SignIngredient | SignPair | SignPolicy
Command = Signing | ApplyFormulary | RecheckPlans
