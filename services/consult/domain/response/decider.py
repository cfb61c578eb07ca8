"""How a plan's response decides and changes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from services.chassis.kernel import Decider, Fact, Timer
from services.consult.domain.plan.errors import PlanNotFound
from services.consult.domain.response.commands import (
    AssessResponse,
    Command,
    CountSession,
    KeepToPlan,
    NoteOutcome,
    ReviewResponse,
)
from services.consult.domain.response.errors import ResponseNotFound
from services.consult.domain.response.events import (
    Event,
    OutcomeNoted,
    ResponseAssessed,
    ResponseOpened,
    SessionCounted,
)
from services.consult.domain.response.facts import Facts
from services.consult.domain.response.model import NotedOutcome, Response, ResponseAssessment
from services.consult.domain.response.rules import ResponseRules, judged

REVIEW = "review_response"


def decide(command: Command, state: Response | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes by the rows of its day, or raise a refusal."""
    of_its_day = replace(facts, rules=facts.rules.in_force(command.at.date()))
    return DECISIONS[type(command)](command, state, of_its_day)


def count(command: CountSession, state: Response | None, facts: Facts) -> Sequence[Event]:
    """Count a session once; the first one opens the response."""
    if state is not None and command.session_id in state.session_ids:
        return []
    counted = SessionCounted(
        command.response_id, command.plan_id, command.session_id, command.performed_at
    )
    if state is not None and state.first_performed_at is not None:
        return [counted]
    return [opened(command, facts, command.performed_at), counted]


def note(command: NoteOutcome, state: Response | None, facts: Facts) -> Sequence[Event]:
    """Note a measure once, and judge its review anew where that was held already."""
    noted = OutcomeNoted(
        response_id=command.response_id,
        plan_id=command.plan_id,
        outcome_id=command.outcome_id,
        outcome=command.outcome,
        assessor=command.assessor,
        noted_at=command.at,
    )
    if state is None:
        return [opened(command, facts, None), noted]
    if any(each.outcome_id == command.outcome_id for each in state.outcomes):
        return []
    review = facts.rules.review_of(command.outcome.week)
    if not any(each.week == review for each in state.assessments):
        return [noted]
    return [noted, *unless_known(state, assessed(evolve(state, noted), review, command.at, facts))]


def keep(command: KeepToPlan, state: Response | None, facts: Facts) -> Sequence[Event]:
    """Follow the plan to its clinic and protocol."""
    plan = facts.plan
    if state is None or plan is None:
        return []
    if (state.clinic_id, state.protocol_code) == (plan.clinic_id, plan.protocol_code):
        return []
    moved = followed_on(state, next_review_on=state.next_review_on)
    return [replace(moved, clinic_id=plan.clinic_id, protocol_code=plan.protocol_code)]


def followed_on(state: Response, next_review_on: date | None) -> ResponseOpened:
    """Return the response as it stands, said once more with the review that it awaits."""
    return ResponseOpened(
        response_id=state.response_id,
        plan_id=state.plan_id,
        patient_id=state.patient_id,
        clinic_id=state.clinic_id,
        protocol_code=state.protocol_code,
        first_performed_at=state.first_performed_at,
        opened_at=state.opened_at,
        next_review_on=next_review_on,
    )


def review(command: ReviewResponse, state: Response | None, facts: Facts) -> Sequence[Event]:
    """Hold the review whose day has come; the next one is then awaited.

    Where the row of that review has ended meanwhile nothing is held, and the next one is awaited.
    """
    if state is None:
        return []
    awaited = next_review(facts.rules, state.first_performed_at, command.at)
    if (due := due_by(state, facts.rules, command.at)) is None:
        ended = state.next_review_on
        later = ended is not None and awaited is not None and ended < awaited
        return [followed_on(state, next_review_on=awaited)] if later else []
    made = assessed(state, due, command.at, facts)
    return unless_known(state, replace(made, next_review_on=awaited))


def assess(command: AssessResponse, state: Response | None, facts: Facts) -> Sequence[Event]:
    """Apply the rules now, at the latest review that is due or measured for."""
    if state is None:
        raise ResponseNotFound
    measured = [facts.rules.review_of(each.outcome.week) for each in state.outcomes]
    reviews = [due_by(state, facts.rules, command.at), *measured]
    latest = max((week for week in reviews if week is not None), default=None)
    return [assessed(state, latest, command.at, facts)]


DECISIONS: Mapping[type[Any], Callable[[Any, Response | None, Facts], Sequence[Event]]] = {
    CountSession: count,
    NoteOutcome: note,
    KeepToPlan: keep,
    ReviewResponse: review,
    AssessResponse: assess,
}


def opened(
    command: CountSession | NoteOutcome, facts: Facts, first_performed_at: datetime | None
) -> ResponseOpened:
    """Return the birth of a response, or its first session where a measure came before."""
    if facts.plan is None:
        raise PlanNotFound
    return ResponseOpened(
        response_id=command.response_id,
        plan_id=command.plan_id,
        patient_id=facts.plan.patient_id,
        clinic_id=facts.plan.clinic_id,
        protocol_code=facts.plan.protocol_code,
        first_performed_at=first_performed_at,
        opened_at=command.at,
        next_review_on=next_review(facts.rules, first_performed_at, first_performed_at),
    )


def assessed(state: Response, week: int | None, at: datetime, facts: Facts) -> ResponseAssessed:
    """Return what the rules make of a review; None is before the first one."""
    rules, plan = facts.rules, facts.plan
    over = plan is not None and len(state.session_ids) >= plan.induction_sessions
    found = judged(rules, state.outcomes, week, over)
    assessment = ResponseAssessment(
        week=week or 0,
        verdict=found.verdict,
        rule_codes=found.rule_codes,
        rules_version=rules.said,
        assessed_at=at,
    )
    return ResponseAssessed(
        response_id=state.response_id,
        plan_id=state.plan_id,
        patient_id=state.patient_id,
        assessment=assessment,
        next_review_on=state.next_review_on,
        assessed_at=at,
    )


def unless_known(state: Response, made: ResponseAssessed) -> Sequence[Event]:
    """Return `made`, or nothing where it says what was said of its review last."""
    earlier = [each for each in state.assessments if each.week == made.assessment.week]
    told = replace(made.assessment, assessed_at=earlier[-1].assessed_at) if earlier else None
    if earlier and told == earlier[-1] and made.next_review_on == state.next_review_on:
        return []
    return [made]


def due_by(state: Response, rules: ResponseRules, at: datetime) -> int | None:
    """Return the latest review whose day has come."""
    first = state.first_performed_at
    if first is None:
        return None
    past = [week for week in rules.review_weeks if day_of(first, week) <= at.date()]
    return max(past, default=None)


def next_review(
    rules: ResponseRules, first: datetime | None, after: datetime | None
) -> date | None:
    """Return the day of the first review that comes after `after`."""
    if first is None or after is None:
        return None
    days = [day_of(first, week) for week in rules.review_weeks]
    return min((day for day in days if day > after.date()), default=None)


def day_of(first: datetime, week: int) -> date:
    """Return the day on which a review is due, counted from the first performed session."""
    return first.date() + timedelta(weeks=week)


def evolve(state: Response | None, event: Event) -> Response:
    """Return the state after `event`."""
    if isinstance(event, ResponseOpened):
        return followed(state, event)
    assert state is not None, "a response is opened before anything else"
    match event:
        case SessionCounted():
            return replace(state, session_ids=(*state.session_ids, event.session_id))
        case OutcomeNoted():
            noted = NotedOutcome(event.outcome_id, event.outcome, event.assessor)
            return replace(state, outcomes=(*state.outcomes, noted))
        case ResponseAssessed():
            assessments = (*state.assessments, event.assessment)
            latest = max(reversed(assessments), key=lambda each: each.week)
            return replace(
                state,
                assessments=assessments,
                verdict=latest.verdict,
                next_review_on=event.next_review_on,
            )


def followed(state: Response | None, event: ResponseOpened) -> Response:
    """Return the response that was born, or where and since when it now stands."""
    if state is not None:
        return replace(
            state,
            clinic_id=event.clinic_id,
            protocol_code=event.protocol_code,
            first_performed_at=event.first_performed_at,
            next_review_on=event.next_review_on,
        )
    return Response(
        response_id=event.response_id,
        plan_id=event.plan_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        protocol_code=event.protocol_code,
        outcomes=(),
        assessments=(),
        session_ids=(),
        verdict=None,
        first_performed_at=event.first_performed_at,
        next_review_on=event.next_review_on,
        opened_at=event.opened_at,
    )


def project(event: Event) -> Sequence[Fact]:
    """Return the timer of the next review; its key says the day, so each is held once."""
    if not isinstance(event, ResponseOpened | ResponseAssessed) or event.next_review_on is None:
        return ()
    due = datetime.combine(event.next_review_on, time(), UTC)
    key = f"{REVIEW}/{event.response_id}/{event.next_review_on}"
    return (Timer(key, due, REVIEW, "response", event.response_id),)


DECIDER: Decider[Response, Command, Event, Facts] = Decider(decide, evolve, project)
