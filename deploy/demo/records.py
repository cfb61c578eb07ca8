"""What a patient brings along, as read from records: plain values, no FHIR and no protobuf."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class Code:
    """A concept of a public code system."""

    system: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a patient is. Nothing of it is ever shown, by `repr` neither."""

    full_name: str = field(repr=False)
    birth_date: date | None = field(default=None, repr=False)
    phone_number: str = field(default="", repr=False)
    email_address: str = field(default="", repr=False)
    postal_address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRecord:
    """One patient, with what the records say of them; `notes` says what was left out and why."""

    reference: str
    where: str
    person: Person
    deceased: bool = False
    allergies: tuple[Code, ...] = ()
    conditions: tuple[Code, ...] = ()
    medications: tuple[Code, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read, where it stands, and why; never what it says."""

    where: str
    reason: str
    detail: str


class NotTaken(Exception):
    """A file or a resource is not read; the arguments are a reason and its detail."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Records:
    """Everything that was read from a path."""

    patients: tuple[PatientRecord, ...]
    problems: tuple[Problem, ...]
    # Type of resource, or "file", to how many of it were passed over.
    ignored: Mapping[str, int]
