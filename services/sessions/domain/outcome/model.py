"""A measured outcome."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Measure(Enum):
    """What is measured (DOMAIN 5)."""

    TERMINAL_HAIR_DENSITY_PER_SQUARE_CM = "TERMINAL_HAIR_DENSITY_PER_SQUARE_CM"
    GLOBAL_PHOTOGRAPHIC_ASSESSMENT = "GLOBAL_PHOTOGRAPHIC_ASSESSMENT"
    PULL_TEST_SHED = "PULL_TEST_SHED"
    ANAGEN_PERCENT = "ANAGEN_PERCENT"
    TELOGEN_PERCENT = "TELOGEN_PERCENT"
    TERMINAL_VELLUS_RATIO = "TERMINAL_VELLUS_RATIO"
    SALT_SCORE = "SALT_SCORE"
    PATIENT_SATISFACTION = "PATIENT_SATISFACTION"
    PATIENT_GLOBAL_ASSESSMENT = "PATIENT_GLOBAL_ASSESSMENT"


class AssessorKind(Enum):
    """Who measured."""

    TREATING_PRACTITIONER = "TREATING_PRACTITIONER"
    INDEPENDENT = "INDEPENDENT"
    BLINDED = "BLINDED"
    PATIENT = "PATIENT"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One measured value, in thousandths of the measure's unit."""

    measure: Measure
    value_thousandths: int
    week: int


@dataclass(frozen=True, slots=True)
class OutcomeRecord:
    """A measured value with whom and what it belongs to."""

    outcome_id: str
    patient_id: str
    plan_id: str
    clinic_id: str
    outcome: Outcome
    assessor: AssessorKind
    measured_at: datetime
