"""The words of which a patient's text is made, as the clinical lead signs them per language."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.consult.domain.formulary.reference import EvidenceLevel, IngredientStatus
from services.consult.domain.patient.model import PhotoPurpose
from services.consult.domain.plan.model import Goal, Money, PreparationSource

NANOS_PER_UNIT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and the sources it rests on."""

    text: str
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IngredientTexts:
    """What is known to go wrong with an ingredient, and the figures of its studies."""

    risks: tuple[Statement, ...]
    figures: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of the parts."""

    ingredients: str
    risks: str
    schedule: str
    cost: str
    alternatives: str
    rights: str
    supplementary: str = ""
    cooling_off: str = ""


@dataclass(frozen=True, slots=True)
class Lines:
    """The sentences with figures of the plan in them, as Python format strings."""

    plan: str
    dose: str
    preparation: str
    schedule: str
    cost: str
    made_from: str
    topical: str = ""
    imported: str = ""
    maintenance: str = ""
    no_maintenance: str = ""
    cost_12_24: str = ""
    cooling_off: str = ""


@dataclass(frozen=True, slots=True)
class PhotoTexts:
    """The text of the photo consent, which is no part of the consent to a plan."""

    title: str
    purposes: Mapping[PhotoPurpose, str]
    rights: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """All texts of one language, in force as a whole; what a sentence rests on stands with it."""

    language: str
    version: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str
    title: str
    headings: Headings
    lines: Lines
    goals: Mapping[Goal, str]
    preparations: Mapping[PreparationSource, str]
    statuses: Mapping[IngredientStatus, str]
    evidence: Mapping[EvidenceLevel, str]
    ingredients: Mapping[str, IngredientTexts]
    expectations: tuple[Statement, ...]
    risks: tuple[Statement, ...]
    alternatives: tuple[Statement, ...]
    rights: tuple[Statement, ...]
    photo: PhotoTexts | None = None


def digest_of(text: str) -> bytes:
    """Return what is signed instead of `text`: its SHA-256, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def said(statements: Sequence[Statement]) -> Iterator[str]:
    """Yield each statement with its sources."""
    for statement in statements:
        yield with_sources(statement.text, statement.source_codes)


def with_sources(text: str, source_codes: Sequence[str]) -> str:
    """Return `text` with its sources in brackets, where it has any."""
    return f"- {text} [{', '.join(source_codes)}]" if source_codes else f"- {text}"


def amount(money: Money) -> str:
    """Return an amount such as EUR 1200.50, with as many decimals as it needs and two at least."""
    exact = Decimal(money.units) + Decimal(money.nanos) / NANOS_PER_UNIT
    cents = exact.quantize(Decimal("0.01"))
    return f"{money.currency_code} {cents if cents == exact else exact.normalize():f}"
