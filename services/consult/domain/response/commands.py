"""What may be asked of a plan's response, most of it by what was heard."""

from dataclasses import dataclass
from datetime import datetime

from services.consult.domain.response.model import AssessorKind, Outcome


@dataclass(frozen=True, slots=True)
class CountSession:
    """Count a performed session; the first one opens the response."""

    response_id: str
    plan_id: str
    session_id: str
    performed_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteOutcome:
    """Note a measure; one of a review that was held already is judged anew."""

    response_id: str
    plan_id: str
    outcome_id: str
    outcome: Outcome
    assessor: AssessorKind
    at: datetime


@dataclass(frozen=True, slots=True)
class KeepToPlan:
    """Follow a plan that was changed, or moved to another clinic."""

    response_id: str
    plan_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReviewResponse:
    """The day of a review has come."""

    response_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssessResponse:
    """Apply the rules to what was measured by now."""

    response_id: str
    at: datetime


Command = CountSession | NoteOutcome | KeepToPlan | ReviewResponse | AssessResponse
