"""Reference data beside the formulary: laboratory tests, creams, therapies, time to think."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.consult.domain.patient.clinical import TherapyKind


@dataclass(frozen=True, slots=True)
class Lab:
    """A laboratory test that rules may ask for."""

    lab_code: str
    unit_codes: tuple[str, ...]
    when_code: str
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Labs:
    """All laboratory tests."""

    version: str
    signed_by_code: str
    labs: tuple[Lab, ...]


@dataclass(frozen=True, slots=True)
class AnaestheticLimit:
    """The most of a local anaesthetic, by body weight."""

    ingredient_code: str
    jurisdiction_code: str
    max_micrograms_per_kilogram: int
    max_dose_micrograms: int | None
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TopicalContent:
    """How much of an anaesthetic a gram of a cream holds."""

    ingredient_code: str
    micrograms_per_gram: int


@dataclass(frozen=True, slots=True)
class TopicalProduct:
    """A numbing cream."""

    product_code: str
    contains: tuple[TopicalContent, ...]
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anaesthetics:
    """All limits of local anaesthetics, and the creams that count against them."""

    version: str
    signed_by_code: str
    limits: tuple[AnaestheticLimit, ...]
    topical_products: tuple[TopicalProduct, ...]


@dataclass(frozen=True, slots=True)
class SupplementaryTherapy:
    """A therapy beside the sessions, in words per language."""

    therapy_code: str
    kind: TherapyKind
    texts: Mapping[str, str]
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SupplementaryTherapies:
    """All supplementary therapies."""

    version: str
    signed_by_code: str
    therapies: tuple[SupplementaryTherapy, ...]


@dataclass(frozen=True, slots=True)
class CoolingOffRow:
    """What the law of a place says of the time to think it over; None where it states no days."""

    jurisdiction_code: str
    days: int | None
    note: str
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CoolingOffs:
    """All times to think it over."""

    version: str
    signed_by_code: str
    rows: tuple[CoolingOffRow, ...]
