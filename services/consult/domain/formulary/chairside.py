"""Reference data beside the formulary: tests, creams, therapies, time to think."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from services.consult.domain.dating import is_in_force, rows_of
from services.consult.domain.patient.clinical import TherapyKind


class LabResultKind(Enum):
    """What a laboratory test says."""

    # A figure in one of its units.
    VALUE = "VALUE"
    POSITIVE_OR_NEGATIVE = "POSITIVE_OR_NEGATIVE"
    # That it was done; what it says is in a report elsewhere.
    REPORT = "REPORT"


@dataclass(frozen=True, slots=True)
class Lab:
    """A laboratory test that rules may ask for; only of a figure there are units."""

    lab_code: str
    version: str
    result: LabResultKind
    unit_codes: tuple[str, ...]
    when_code: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class Labs:
    """All laboratory tests."""

    version: str
    signed_by_code: str
    labs: tuple[Lab, ...]

    def on(self, day: date) -> "Labs":
        """Return the tests of `day`."""
        return replace(self, labs=rows_of(day, self.labs))

    def lab(self, lab_code: str, day: date) -> Lab | None:
        """Return the test of that code that is in force on `day`."""
        rows = (row for row in self.labs if row.lab_code == lab_code)
        return next((row for row in rows if is_in_force(row, day)), None)


@dataclass(frozen=True, slots=True)
class TopicalContent:
    """How much of an anaesthetic a gram of a cream holds."""

    ingredient_code: str
    micrograms_per_gram: int


@dataclass(frozen=True, slots=True)
class TopicalProduct:
    """A numbing cream."""

    product_code: str
    version: str
    contains: tuple[TopicalContent, ...]
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class Anaesthetics:
    """All numbing creams; what they hold counts against the limits of the formulary's rows."""

    version: str
    signed_by_code: str
    topical_products: tuple[TopicalProduct, ...]


@dataclass(frozen=True, slots=True)
class SupplementaryTherapy:
    """A therapy beside the sessions, in words per language."""

    therapy_code: str
    version: str
    kind: TherapyKind
    texts: Mapping[str, str]
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class SupplementaryTherapies:
    """All supplementary therapies."""

    version: str
    signed_by_code: str
    therapies: tuple[SupplementaryTherapy, ...]

    def on(self, day: date) -> "SupplementaryTherapies":
        """Return the therapies of `day`."""
        return replace(self, therapies=rows_of(day, self.therapies))


@dataclass(frozen=True, slots=True)
class CoolingOffRow:
    """What the law of a place says of the time to think it over; None where it states no days."""

    jurisdiction_code: str
    version: str
    days: int | None
    note: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class CoolingOffs:
    """All times to think it over."""

    version: str
    signed_by_code: str
    rows: tuple[CoolingOffRow, ...]

    def on(self, day: date) -> "CoolingOffs":
        """Return what the law says on `day`."""
        return replace(self, rows=rows_of(day, self.rows))


@dataclass(frozen=True, slots=True)
class ClinicMixture:
    """Out of how many sterile products a clinic may mix at most."""

    products_max: int
    version: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str
