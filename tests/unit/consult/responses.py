"""A plan's response as it happened and as it is asked for; tests change what they are about."""

from datetime import UTC, date, datetime, time

from services.consult.domain.response.commands import (
    CountSession,
    NoteOutcome,
)
from services.consult.domain.response.decider import DECIDER
from services.consult.domain.response.events import (
    OutcomeNoted,
    ResponseAssessed,
    ResponseOpened,
    SessionCounted,
)
from services.consult.domain.response.facts import Facts, FollowedPlan
from services.consult.domain.response.model import (
    AssessorKind,
    Measure,
    Outcome,
    ResponseAssessment,
    ResponseVerdict,
    response_of,
)
from services.consult.reference.loader import reference
from tests.support.spec import Spec
from tests.unit.consult.samples import CLINIC, NOW, PATIENT, PLAN

RESPONSE = response_of(PLAN)
PROTOCOL = "MNX-WEEKLY-10"
FOLLOWED = FollowedPlan(PATIENT, CLINIC, PROTOCOL, 2)
FACTS = Facts(FOLLOWED, reference().response_rules)
VERSION = FACTS.rules.said
DENSITY = Measure.TERMINAL_HAIR_DENSITY_PER_SQUARE_CM
INDEPENDENT = AssessorKind.INDEPENDENT
WEEK_12, WEEK_24 = date(2027, 2, 23), date(2027, 5, 18)
SPEC = Spec(DECIDER)


def opened(first: datetime | None = NOW, next_on: date | None = WEEK_12) -> ResponseOpened:
    return ResponseOpened(RESPONSE, PLAN, PATIENT, CLINIC, PROTOCOL, first, NOW, next_on)


def counted(session_id: str) -> SessionCounted:
    return SessionCounted(RESPONSE, PLAN, session_id, NOW)


def outcome(week: int, thousandths: int) -> Outcome:
    return Outcome(DENSITY, thousandths, week)


def noted(week: int, thousandths: int, at: datetime = NOW) -> OutcomeNoted:
    return OutcomeNoted(
        RESPONSE, PLAN, f"{week}/{thousandths}", outcome(week, thousandths), INDEPENDENT, at
    )


def note(week: int, thousandths: int, at: datetime = NOW) -> NoteOutcome:
    return NoteOutcome(
        RESPONSE, PLAN, f"{week}/{thousandths}", outcome(week, thousandths), INDEPENDENT, at
    )


def assessed(
    week: int, verdict: ResponseVerdict, *codes: str, at: datetime, next_on: date | None
) -> ResponseAssessed:
    said = ResponseAssessment(week, verdict, codes, VERSION, at)
    return ResponseAssessed(RESPONSE, PLAN, PATIENT, said, next_on, at)


def on(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


NOTHING_AT_12 = assessed(
    12,
    ResponseVerdict.NOT_ASSESSABLE,
    "NOTHING-MEASURED",
    at=on(WEEK_12),
    next_on=WEEK_24,
)


def count(session_id: str, at: datetime = NOW) -> CountSession:
    return CountSession(RESPONSE, PLAN, session_id, at, at)
