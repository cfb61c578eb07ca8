"""Measures of a response, its plan's changes, and any order of all that is heard."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.following import RecordRepointed, Repoint
from services.consult.domain.response.commands import (
    AssessResponse,
    Command,
    KeepToPlan,
    ReviewResponse,
)
from services.consult.domain.response.decider import DECIDER
from services.consult.domain.response.events import (
    Event,
)
from services.consult.domain.response.facts import Facts
from services.consult.domain.response.model import (
    NotedOutcome,
    Response,
    ResponseVerdict,
)
from services.consult.handlers.response import RESPONSE as RESPONSES
from tests.support.spec import Spec
from tests.unit.consult.responses import (
    FACTS,
    FOLLOWED,
    INDEPENDENT,
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
    outcome,
)
from tests.unit.consult.samples import NOW, PATIENT, PLAN

# ── measures ────────────────────────────────────────────────────────────────────────────────────


def test_a_measure_before_its_review_is_only_noted() -> None:
    assert SPEC.given(opened()).when(note(12, 180_000), FACTS) == [noted(12, 180_000)]


def test_a_measure_of_a_review_that_was_held_judges_it_anew() -> None:
    later = on(WEEK_12 + timedelta(days=2))
    spec = SPEC.given(opened(), noted(0, 160_000), NOTHING_AT_12)
    [first, second] = spec.when(note(13, 180_000, later), FACTS)
    assert first == noted(13, 180_000, later)
    assert second == assessed(
        12,
        ResponseVerdict.CONTINUE,
        "DENSITY-UP-10-PERCENT",
        "DENSITY-UP-10-PER-CM2",
        "WEEK-12-RESPONDER",
        at=later,
        next_on=WEEK_24,
    )


def test_a_measure_that_changes_nothing_is_only_noted() -> None:
    # Without a baseline still nothing can be said.
    spec = SPEC.given(opened(), NOTHING_AT_12)
    assert spec.when(note(12, 180_000), FACTS) == [noted(12, 180_000)]


def test_a_measure_is_noted_once() -> None:
    spec = SPEC.given(opened(), noted(12, 180_000))
    assert spec.when(note(12, 180_000), FACTS) == []


def test_a_late_measure_of_an_earlier_review_leaves_the_verdict_of_the_later() -> None:
    stop = assessed(24, ResponseVerdict.STOP_NO_RESPONSE, "x", at=on(WEEK_24), next_on=None)
    again = assessed(12, ResponseVerdict.CONTINUE, "y", at=on(WEEK_24), next_on=None)
    state = SPEC.given(opened(), NOTHING_AT_12, stop, again).state
    assert state is not None
    assert state.verdict is ResponseVerdict.STOP_NO_RESPONSE


# ── the plan changes ────────────────────────────────────────────────────────────────────────────

ELSEWHERE = Facts(replace(FOLLOWED, clinic_id="elsewhere", protocol_code="MORE"), FACTS.rules)


def test_a_response_follows_its_plan() -> None:
    spec = SPEC.given(opened(), counted("s1"))
    [event] = spec.when(KeepToPlan(RESPONSE, PLAN, NOW), ELSEWHERE)
    assert event == replace(opened(), clinic_id="elsewhere", protocol_code="MORE")
    state = Spec(DECIDER, (*spec.history, event)).state
    assert state is not None
    assert (state.clinic_id, state.protocol_code, state.session_ids) == (
        "elsewhere",
        "MORE",
        ("s1",),
    )


@pytest.mark.parametrize("history", [(), (opened(),)])
def test_a_response_that_is_where_its_plan_is_stays(history: tuple[Event, ...]) -> None:
    assert Spec(DECIDER, history).when(KeepToPlan(RESPONSE, PLAN, NOW), FACTS) == []
    assert (
        Spec(DECIDER, history).when(KeepToPlan(RESPONSE, PLAN, NOW), Facts(None, FACTS.rules)) == []
    )


def test_a_merged_patients_response_follows() -> None:
    decider = RESPONSES.decider
    state = SPEC.given(opened()).state
    [event] = decider.decide(Repoint(RESPONSE, "survivor", NOW), state, FACTS)
    assert event == RecordRepointed(RESPONSE, "survivor", PATIENT, NOW)
    moved = decider.evolve(state, event)
    assert moved.patient_id == "survivor"
    assert decider.decide(Repoint(RESPONSE, "survivor", NOW), moved, FACTS) == []


# ── any order ───────────────────────────────────────────────────────────────────────────────────

WEEKS = st.integers(0, 30)


@st.composite
def commands(draw: st.DrawFn) -> Command:
    at = NOW + timedelta(weeks=draw(WEEKS))
    made: list[Command] = [
        count(draw(st.sampled_from(["s1", "s2", "s3"])), at),
        note(draw(WEEKS), draw(st.integers(100_000, 300_000)), at),
        ReviewResponse(RESPONSE, at),
        AssessResponse(RESPONSE, at),
        KeepToPlan(RESPONSE, PLAN, at),
    ]
    return draw(st.sampled_from(made))


@given(st.lists(commands(), max_size=30))
def test_heard_twice_changes_nothing_and_reviews_never_go_back(asked: list[Command]) -> None:
    state: Response | None = None
    for command in asked:
        if state is None and isinstance(command, AssessResponse):
            continue
        before = state.next_review_on if state else None
        for event in DECIDER.decide(command, state, FACTS):
            state = DECIDER.evolve(state, event)
        if not isinstance(command, AssessResponse):
            assert list(DECIDER.decide(command, state, FACTS)) == []
        after = state.next_review_on if state else None
        assert before is None or after is None or after >= before
        assert state is None or consistent(state)


def consistent(state: Response) -> bool:
    """Tell whether nothing is there twice and the verdict is one that was given."""
    ids = [each.outcome_id for each in state.outcomes]
    given_verdicts = {each.verdict for each in state.assessments}
    sound = state.verdict in given_verdicts if state.assessments else state.verdict is None
    return (
        sound
        and len(set(ids)) == len(ids)
        and len(set(state.session_ids)) == len(state.session_ids)
    )


def test_an_outcome_keeps_who_measured() -> None:
    state = SPEC.given(opened(), noted(0, 160_000)).state
    assert state is not None
    assert state.outcomes == (NotedOutcome("0/160000", outcome(0, 160_000), INDEPENDENT),)
