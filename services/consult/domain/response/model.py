"""A plan's response: what was measured of it, and what named rules make of that."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.chassis.kernel import derived_id


class Measure(Enum):
    """What is measured."""

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
    """One measured value."""

    measure: Measure
    value_thousandths: int
    week: int


class ResponseVerdict(Enum):
    """What the response rules advise."""

    CONTINUE = "CONTINUE"
    AMEND = "AMEND"
    MAINTENANCE = "MAINTENANCE"
    STOP_NO_RESPONSE = "STOP_NO_RESPONSE"
    NOT_ASSESSABLE = "NOT_ASSESSABLE"


@dataclass(frozen=True, slots=True)
class ResponseAssessment:
    """One judgement of a plan's response, by named rules that are a local definition."""

    week: int
    verdict: ResponseVerdict
    rule_codes: tuple[str, ...]
    rules_version: str
    assessed_at: datetime


@dataclass(frozen=True, slots=True)
class ResponsePoint:
    """How a measure stands at a week of a course."""

    week: int
    value_thousandths: int
    change_thousandths: int | None
    low_thousandths: int | None
    high_thousandths: int | None
    n: int
    improved_percent_thousandths: int | None = None


@dataclass(frozen=True, slots=True)
class TrialFigure:
    """What a cited trial found, in its own terms."""

    figure_code: str
    # Unset where what was read does not say it.
    week: int | None
    value_thousandths: int
    sd_thousandths: int | None
    n: int | None
    control_value_thousandths: int | None
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """A measure over the weeks."""

    measure: Measure
    points: tuple[ResponsePoint, ...]
    percent_points: tuple[ResponsePoint, ...]
    trials: tuple[TrialFigure, ...]


@dataclass(frozen=True, slots=True)
class NotedOutcome:
    """A measure with who took it."""

    outcome_id: str
    outcome: Outcome
    assessor: AssessorKind


@dataclass(frozen=True, slots=True)
class Response:
    """How one plan works for one patient."""

    response_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    protocol_code: str
    outcomes: tuple[NotedOutcome, ...]
    assessments: tuple[ResponseAssessment, ...]
    session_ids: tuple[str, ...]
    # Of the latest review.
    verdict: ResponseVerdict | None
    first_performed_at: datetime | None
    next_review_on: date | None
    opened_at: datetime


def response_of(plan_id: str) -> str:
    """Return the id of a plan's one response."""
    return derived_id("response", plan_id)
