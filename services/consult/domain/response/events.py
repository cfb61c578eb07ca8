"""What happens to a plan's response."""

from dataclasses import dataclass
from datetime import date, datetime

from services.consult.domain.response.model import AssessorKind, Outcome, ResponseAssessment


@dataclass(frozen=True, slots=True)
class ResponseOpened:
    """A plan's response is followed from its first performed session.

    Said again where that session comes after a measure, or the plan is changed or moves.
    """

    response_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    protocol_code: str
    first_performed_at: datetime | None
    opened_at: datetime
    next_review_on: date | None


@dataclass(frozen=True, slots=True)
class SessionCounted:
    """A performed session counts for the plan's response."""

    response_id: str
    plan_id: str
    session_id: str
    counted_at: datetime


@dataclass(frozen=True, slots=True)
class OutcomeNoted:
    """A measure counts for the plan's response."""

    response_id: str
    plan_id: str
    outcome_id: str
    outcome: Outcome
    assessor: AssessorKind
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class ResponseAssessed:
    """The named rules were applied to what was measured."""

    response_id: str
    plan_id: str
    patient_id: str
    assessment: ResponseAssessment
    next_review_on: date | None
    assessed_at: datetime


Event = ResponseOpened | SessionCounted | OutcomeNoted | ResponseAssessed
