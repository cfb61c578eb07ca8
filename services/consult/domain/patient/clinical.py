"""What is known of a patient's health, in codes, numbers and days."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


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
