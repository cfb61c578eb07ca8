"""A gate: the one always-present row that a start holds still and a hold closes."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import derived_id
from services.sessions.domain.clinical import HoldKind, HoldSubject

CODED = frozenset({HoldKind.PRODUCT, HoldKind.INGREDIENT, HoldKind.DEVICE})


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold that closes a gate."""

    hold_id: str
    provisional: bool
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class Licence:
    """The days on which a practitioner's licence is valid, both ends included."""

    licence_id: str
    authority_code: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Gate:
    """A subject that can be held; open while it has no holds. Licences are a practitioner's.

    A clinic's gate knows its `time_zone`, a room's the clinic that it is of; None before consult
    was heard of them. A patient's knows whether they died.
    """

    gate_id: str
    subject: HoldSubject
    holds: tuple[Hold, ...]
    licences: tuple[Licence, ...]
    raised_at: datetime
    time_zone: str | None
    at_clinic_id: str | None
    deceased: bool = False


def gate_id_of(subject: HoldSubject) -> str:
    """Return the id that a subject's gate always has, so that it is raised once.

    A UUID may be written in either case: a hold must not miss its gate for that.
    """
    key = subject.subject_id if subject.kind in CODED else subject.subject_id.lower()
    return derived_id("gate", subject.kind.value, key)


def licensed(gate: Gate, day: date) -> bool:
    """Tell whether any licence of the practitioner is valid on `day`."""
    return any(each.valid_from <= day <= each.valid_until for each in gate.licences)
