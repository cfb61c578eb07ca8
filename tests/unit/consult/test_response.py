"""A plan's response: opened by its first session, judged at its reviews and whenever asked."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.chassis.kernel import Timer
from services.consult.domain.plan.errors import PlanNotFound
from services.consult.domain.response.commands import (
    AssessResponse,
    Command,
    ReviewResponse,
)
from services.consult.domain.response.decider import DECIDER, project
from services.consult.domain.response.errors import ResponseNotFound
from services.consult.domain.response.events import (
    Event,
    ResponseAssessed,
)
from services.consult.domain.response.facts import Facts
from services.consult.domain.response.model import (
    ResponseVerdict,
)
from tests.support.spec import Spec
from tests.unit.consult.responses import (
    FACTS,
    NOTHING_AT_12,
    RESPONSE,
    SPEC,
    WEEK_12,
    WEEK_24,
    assessed,
    count,
    counted,
    note,
    noted,
    on,
    opened,
)
from tests.unit.consult.samples import NOW

# ── opening ─────────────────────────────────────────────────────────────────────────────────────


def test_the_first_session_opens_the_response() -> None:
    assert SPEC.when(count("s1"), FACTS) == [opened(), counted("s1")]


def test_a_further_session_only_counts() -> None:
    assert SPEC.given(opened(), counted("s1")).when(count("s2"), FACTS) == [counted("s2")]


def test_a_session_counts_once() -> None:
    assert SPEC.given(opened(), counted("s1")).when(count("s1"), FACTS) == []


def test_a_measure_before_any_session_opens_it_without_a_review() -> None:
    events = SPEC.when(note(0, 160_000), FACTS)
    assert events == [opened(None, None), noted(0, 160_000)]


def test_the_first_session_after_a_measure_begins_the_weeks() -> None:
    spec = SPEC.given(opened(None, None), noted(0, 160_000))
    assert spec.when(count("s1"), FACTS) == [opened(), counted("s1")]
    state = Spec(DECIDER, (*spec.history, opened(), counted("s1"))).state
    assert state is not None
    assert (state.first_performed_at, state.next_review_on) == (NOW, WEEK_12)
    assert [each.outcome_id for each in state.outcomes] == ["0/160000"]


@pytest.mark.parametrize("command", [count("s1"), note(0, 1)])
def test_a_plan_that_is_not_known_yet_makes_the_event_wait(command: Command) -> None:
    with pytest.raises(PlanNotFound):
        SPEC.when(command, Facts(None, FACTS.rules))


# ── reviews ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("event", "due"),
    [
        (opened(), WEEK_12),
        (opened(None, None), None),
        (NOTHING_AT_12, WEEK_24),
        (replace(NOTHING_AT_12, next_review_on=None), None),
        (counted("s1"), None),
    ],
)
def test_the_next_review_has_a_timer_of_its_own_day(event: Event, due: date | None) -> None:
    facts = list(project(event))
    if due is None:
        assert facts == []
        return
    key = f"review_response/{RESPONSE}/{due}"
    assert facts == [Timer(key, on(due), "review_response", "response", RESPONSE)]


def test_a_review_with_nothing_measured_says_so_and_waits_for_the_next() -> None:
    spec = SPEC.given(opened(), counted("s1"))
    assert spec.when(ReviewResponse(RESPONSE, on(WEEK_12)), FACTS) == [NOTHING_AT_12]


def test_a_review_before_its_day_is_none() -> None:
    early = on(WEEK_12 - timedelta(days=1))
    assert SPEC.given(opened()).when(ReviewResponse(RESPONSE, early), FACTS) == []


def test_a_response_without_a_session_has_no_review() -> None:
    spec = SPEC.given(opened(None, None))
    assert spec.when(ReviewResponse(RESPONSE, on(WEEK_24)), FACTS) == []
    assert SPEC.when(ReviewResponse(RESPONSE, on(WEEK_24)), FACTS) == []


@pytest.mark.parametrize(
    ("sessions", "verdict", "rule_code"),
    [
        (("s1",), ResponseVerdict.CONTINUE, "WEEK-24-RESPONDER"),
        (("s1", "s2"), ResponseVerdict.MAINTENANCE, "WEEK-24-INDUCTION-OVER"),
    ],
)
def test_maintenance_follows_when_the_inductions_sessions_are_performed(
    sessions: tuple[str, ...], verdict: ResponseVerdict, rule_code: str
) -> None:
    spec = SPEC.given(
        opened(), *map(counted, sessions), noted(0, 160_000), NOTHING_AT_12, noted(24, 200_000)
    )
    [event] = spec.when(ReviewResponse(RESPONSE, on(WEEK_24)), FACTS)
    assert isinstance(event, ResponseAssessed)
    assert (event.assessment.verdict, event.assessment.rule_codes[-1]) == (verdict, rule_code)
    assert event.next_review_on is None


def test_who_has_not_responded_at_week_24_is_to_stop() -> None:
    spec = SPEC.given(opened(), noted(0, 160_000), NOTHING_AT_12, noted(24, 161_000))
    [event] = spec.when(ReviewResponse(RESPONSE, on(WEEK_24)), FACTS)
    assert isinstance(event, ResponseAssessed)
    assert event.assessment.verdict is ResponseVerdict.STOP_NO_RESPONSE


def without_week(week: int, from_day: date) -> Facts:
    """Return the facts with the review of `week` at its end on the day before `from_day`."""
    rows = (
        replace(row, effective_until=from_day - timedelta(days=1)) if row.week == week else row
        for row in FACTS.rules.reviews
    )
    return replace(FACTS, rules=replace(FACTS.rules, reviews=tuple(rows)))


def test_a_review_whose_row_has_ended_is_not_held_and_the_next_is_awaited() -> None:
    spec, review = SPEC.given(opened(), counted("s1")), ReviewResponse(RESPONSE, on(WEEK_12))
    ended = without_week(12, WEEK_12)
    assert spec.when(review, ended) == [opened(next_on=WEEK_24)]
    assert SPEC.given(opened(next_on=WEEK_24)).when(review, ended) == []
    assert spec.when(review, without_week(12, WEEK_12 + timedelta(days=1))) == [NOTHING_AT_12]


def test_the_weeks_are_those_of_the_day_that_the_first_session_is_counted() -> None:
    [born, _] = SPEC.when(count("s1"), without_week(12, NOW.date()))
    assert born == opened(next_on=WEEK_24)


def test_a_review_that_was_held_already_says_nothing_new() -> None:
    spec = SPEC.given(opened(), NOTHING_AT_12)
    assert spec.when(ReviewResponse(RESPONSE, on(WEEK_12)), FACTS) == []


def test_a_review_that_was_asked_for_before_its_day_still_moves_the_next_day() -> None:
    asked = assessed(
        12,
        ResponseVerdict.CONTINUE,
        "DENSITY-UP-10-PERCENT",
        "DENSITY-UP-10-PER-CM2",
        "WEEK-12-RESPONDER",
        at=on(WEEK_12 - timedelta(days=1)),
        next_on=WEEK_12,
    )
    spec = SPEC.given(opened(), noted(0, 160_000), noted(12, 180_000))
    early = AssessResponse(RESPONSE, on(WEEK_12 - timedelta(days=1)))
    assert spec.when(early, FACTS) == [asked]
    spec = Spec(DECIDER, (*spec.history, asked))
    [event] = spec.when(ReviewResponse(RESPONSE, on(WEEK_12)), FACTS)
    assert isinstance(event, ResponseAssessed)
    assert event.next_review_on == WEEK_24


# ── asked for ───────────────────────────────────────────────────────────────────────────────────


def test_asked_before_anything_there_is_no_response() -> None:
    with pytest.raises(ResponseNotFound):
        SPEC.when(AssessResponse(RESPONSE, NOW), FACTS)


def test_asked_before_the_first_review_the_answer_is_that_nothing_can_be_said() -> None:
    [event] = SPEC.given(opened(), noted(5, 200_000)).when(AssessResponse(RESPONSE, NOW), FACTS)
    assert event == assessed(
        0, ResponseVerdict.NOT_ASSESSABLE, "BEFORE-FIRST-REVIEW", at=NOW, next_on=WEEK_12
    )


def test_asked_again_the_answer_is_given_again() -> None:
    spec = SPEC.given(opened(), NOTHING_AT_12)
    [event] = spec.when(AssessResponse(RESPONSE, on(WEEK_12)), FACTS)
    assert event == NOTHING_AT_12
