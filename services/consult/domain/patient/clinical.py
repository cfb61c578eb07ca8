"""What is known of a patient's health, in codes, numbers and days."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeVar

ItemT = TypeVar("ItemT")


class Answer(Enum):
    """What was answered."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a coding system."""

    system: str
    code: str


class TherapyKind(Enum):
    """Another treatment of the hair beside ours."""

    TOPICAL = "TOPICAL"
    ORAL = "ORAL"
    PROCEDURE = "PROCEDURE"


@dataclass(frozen=True, slots=True)
class Therapy:
    """A therapy over time, in codes."""

    therapy_id: str
    kind: TherapyKind
    coding: Coding
    started_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class LabResult:
    """A laboratory result on a day."""

    lab_code: str
    value_thousandths: int | None
    unit_code: str
    positive: Answer | None
    measured_on: date


@dataclass(frozen=True, slots=True)
class BodyWeight:
    """A body weight on a day."""

    weight_grams: int
    measured_on: date


@dataclass(frozen=True, slots=True)
class Fertility:
    """What was asked about children to come."""

    planning_pregnancy: Answer | None
    planning_to_father: Answer | None
    contraception: Answer | None
    post_dose_undertaking: Answer | None


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the patient's health, in codes."""

    allergies: tuple[Coding, ...]
    conditions: tuple[Coding, ...]
    medications: tuple[Coding, ...]
    pregnant: Answer
    breastfeeding: Answer
    fertility: Fertility | None = None
    labs: tuple[LabResult, ...] = ()
    # Unset where nobody weighed.
    weight: BodyWeight | None = None


def united(own: History, other: History) -> History:
    """Return what two records of one person say: every code, and the more careful answers."""
    return History(
        allergies=both(own.allergies, other.allergies),
        conditions=both(own.conditions, other.conditions),
        medications=both(own.medications, other.medications),
        pregnant=careful(own.pregnant, other.pregnant) or Answer.UNKNOWN,
        breastfeeding=careful(own.breastfeeding, other.breastfeeding) or Answer.UNKNOWN,
        fertility=united_fertility(own.fertility, other.fertility),
        labs=both(own.labs, other.labs),
        weight=newest(own.weight, other.weight),
    )


def both(own: tuple[ItemT, ...], other: tuple[ItemT, ...]) -> tuple[ItemT, ...]:
    """Return the items of both, each once, in the order in which they stand."""
    return tuple(dict.fromkeys((*own, *other)))


def careful(own: Answer | None, other: Answer | None, danger: Answer = Answer.YES) -> Answer | None:
    """Return the more careful of two answers: the dangerous one, then what nobody knows."""
    for wanted in (danger, Answer.UNKNOWN, None):
        if wanted in (own, other):
            return wanted
    return own


def united_fertility(own: Fertility | None, other: Fertility | None) -> Fertility | None:
    """Return the more careful answers; a record in which nothing was asked says nothing."""
    if own is None or other is None:
        return own or other
    return Fertility(
        planning_pregnancy=careful(own.planning_pregnancy, other.planning_pregnancy),
        planning_to_father=careful(own.planning_to_father, other.planning_to_father),
        contraception=careful(own.contraception, other.contraception, Answer.NO),
        post_dose_undertaking=careful(
            own.post_dose_undertaking, other.post_dose_undertaking, Answer.NO
        ),
    )


def newest(own: BodyWeight | None, other: BodyWeight | None) -> BodyWeight | None:
    """Return the weight measured last."""
    if own is None or other is None:
        return own or other
    return max(own, other, key=lambda weight: weight.measured_on)
