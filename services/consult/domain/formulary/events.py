"""What happens to the rows that a chain signed."""

from dataclasses import dataclass
from datetime import date, datetime

from services.consult.domain.formulary.model import IngredientTerms, PairTerms, Policy


@dataclass(frozen=True, slots=True)
class IngredientSigned:
    """A chain's clinical lead signed terms of an ingredient."""

    formulary_id: str
    formulary_version: str
    terms: IngredientTerms
    effective_from: date
    source_codes: tuple[str, ...]
    practitioner_id: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PairSigned:
    """A chain's clinical lead signed what may share a syringe."""

    formulary_id: str
    formulary_version: str
    terms: PairTerms
    effective_from: date
    source_codes: tuple[str, ...]
    practitioner_id: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PolicySigned:
    """A chain's clinical lead signed the numbers that no source gives."""

    formulary_id: str
    formulary_version: str
    policy: Policy
    practitioner_id: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class FormularyApplied:
    """Signed terms came into force; these open plans are held against them."""

    formulary_id: str
    formulary_version: str
    plan_ids: tuple[str, ...]
    applied_at: datetime
    # When a row of the files begins or ends next; the last event of an application says so.
    next_change_on: date | None


Event = IngredientSigned | PairSigned | PolicySigned | FormularyApplied
