"""Reaction first or exposure first: a case ends up with the same links, each once."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import Put, Remove
from services.safety.domain.case.decider import DECIDER
from services.safety.domain.case.errors import CaseNotFound
from services.safety.domain.case.events import CaseExposureLinked, Event
from services.safety.domain.case.model import Case, ReactionTerm
from services.safety.domain.exposure.commands import MatchCases
from services.safety.domain.exposure.decider import DECIDER as EXPOSURE
from services.safety.domain.exposure.decider import Matches
from services.safety.domain.exposure.events import ExposureMatched, ExposureRecorded
from services.safety.domain.exposure.model import Exposure
from services.safety.handlers.exposure import gather_matches
from services.safety.reference.latency import latency_windows
from tests.support.spec import Spec
from tests.unit.safety.cases import (
    LINK,
    OTHER_SESSION,
    SESSION,
    TOLD,
    WINDOWS_VERSION,
    Shelf,
    exposure,
    known,
    report,
)

spec = Spec(DECIDER)
# The session still ran when the reaction began, so it ended, and is dated, after the onset.
RUNNING = exposure(timedelta(minutes=-20), lot_ids=("lot-1", "lot-2"))
BEFORE = exposure(timedelta(days=3), OTHER_SESSION)
TOO_EARLY = exposure(timedelta(days=9), "session-3")
AFTER = exposure(timedelta(days=-9), "session-4")
MATCH = MatchCases(SESSION, TOLD)
RECORDED = ExposureRecorded(
    *(SESSION, "patient-1", "clinic-1", "room-1", "practitioner-1", "HEAD-7", ("lot-1", "lot-2")),
    administered_at=RUNNING.administered_at,
)


def case_of(*batches: tuple[Exposure, ...]) -> Case:
    """Return the case that opened over the first batch and looked again after each other one."""
    first, *later = batches
    history: list[Event] = list(spec.when(report(session_id=SESSION), known(*first)))
    seen = first
    for batch in later:
        seen += batch
        history += spec.given(*history).when(LINK, known(*seen))
    state = spec.given(*history).state
    assert state is not None
    return state


def test_an_exposure_that_comes_after_its_case_is_linked_once_with_its_rows() -> None:
    opening = spec.when(report(session_id=SESSION), known())
    [event] = spec.given(*opening).when(LINK, known(RUNNING))
    assert isinstance(event, CaseExposureLinked)
    assert (event.exposure.session_id, event.exposure.days_before_onset) == (SESSION, 0)
    assert (event.latency_windows_version, event.linked_at) == (WINDOWS_VERSION, LINK.at)
    assert DECIDER.project is not None
    rows = [fact.row for fact in DECIDER.project(event) if isinstance(fact, Put)]
    assert [(row["case_id"], row["lot_id"]) for row in rows] == [
        ("case-1", "lot-1"),
        ("case-1", "lot-2"),
    ]
    assert spec.given(*opening, event).when(LINK, known(RUNNING)) == []


@pytest.mark.parametrize("order", list(permutations([RUNNING, BEFORE, TOO_EARLY, AFTER])))
@pytest.mark.parametrize("opened_after", range(5))
def test_any_order_leads_to_the_same_links(order: tuple[Exposure, ...], opened_after: int) -> None:
    state = case_of(order[:opened_after], *((each,) for each in order[opened_after:]))
    assert state == case_of((RUNNING, BEFORE, TOO_EARLY, AFTER))
    assert [each.session_id for each in state.exposures] == [SESSION, OTHER_SESSION]


@given(st.lists(st.integers(-20, 20), unique=True, max_size=6), st.integers(0, 6))
def test_links_are_the_same_whatever_was_heard_first(days: list[int], opened_after: int) -> None:
    exposures = tuple(exposure(timedelta(days=n), f"session-{n}") for n in days)
    state = case_of(exposures[:opened_after], exposures[opened_after:])
    assert state == case_of(exposures)


def test_a_lot_that_comes_to_light_later_is_laid_to_the_case_too() -> None:
    first = replace(RUNNING, lot_ids=("lot-2",))
    opening = spec.when(report(session_id=SESSION), known(first, BEFORE))
    [event] = spec.given(*opening).when(LINK, known(RUNNING, BEFORE))
    assert isinstance(event, CaseExposureLinked)
    assert event.exposure.lot_ids == ("lot-1", "lot-2")
    state = spec.given(*opening, event).state
    assert state == case_of((RUNNING, BEFORE))
    assert spec.given(*opening, event).when(LINK, known(RUNNING, BEFORE)) == []
    assert DECIDER.project is not None
    removal, *rows = DECIDER.project(event)
    assert removal == Remove("case_exposures", {"case_id": "case-1", "session_id": SESSION})
    assert [row.row["lot_id"] for row in rows if isinstance(row, Put)] == ["lot-1", "lot-2"]


def test_an_exposure_with_another_lot_is_laid_to_its_cases_again() -> None:
    found = Matches(["case-1"], WINDOWS_VERSION)
    less = replace(RECORDED, lot_ids=("lot-2",))
    matched = ExposureMatched(SESSION, "patient-1", ("case-1",), WINDOWS_VERSION, TOLD)
    assert Spec(EXPOSURE).given(less, matched, RECORDED).when(MATCH, found) == [matched]


def test_a_case_that_is_not_there_yet_makes_the_event_wait() -> None:
    with pytest.raises(CaseNotFound):
        spec.when(LINK, None)


def test_an_exposure_names_the_cases_it_may_have_led_to_once() -> None:
    found = Matches(["case-2", "case-1"], WINDOWS_VERSION)
    [event] = Spec(EXPOSURE).given(RECORDED).when(MATCH, found)
    assert event == ExposureMatched(
        SESSION, "patient-1", ("case-1", "case-2"), WINDOWS_VERSION, TOLD
    )
    spec_after = Spec(EXPOSURE).given(RECORDED, event)
    assert spec_after.when(MATCH, found) == []
    [later] = spec_after.when(MATCH, replace(found, case_ids=["case-1", "case-3"]))
    assert isinstance(later, ExposureMatched)
    assert later.case_ids == ("case-3",)
    assert EXPOSURE.project is not None
    assert EXPOSURE.project(later) == []


def test_nothing_is_said_of_an_exposure_that_led_to_nothing() -> None:
    assert Spec(EXPOSURE).given(RECORDED).when(MATCH, Matches((), WINDOWS_VERSION)) == []


@pytest.mark.parametrize(
    ("term", "suspected", "patient_id", "found"),
    [
        (ReactionTerm.ANAPHYLACTIC_REACTION, SESSION, "patient-1", ["case-1"]),
        (ReactionTerm.NEEDLESTICK, SESSION, "patient-1", ["case-1"]),  # a term without a window
        (ReactionTerm.ANAPHYLACTIC_REACTION, OTHER_SESSION, "patient-1", []),
        (ReactionTerm.ANAPHYLACTIC_REACTION, SESSION, "patient-2", []),
    ],
)
async def test_it_looks_at_the_cases_of_its_patient(
    term: ReactionTerm, suspected: str, patient_id: str, found: list[str]
) -> None:
    state = spec.given(*spec.when(report(term, session_id=suspected), known())).state
    assert state is not None
    shelf = Shelf(replace(state, patient_id=patient_id))
    matches = await gather_matches(MATCH, RUNNING, shelf)
    assert matches == Matches(found, latency_windows().version)


async def test_a_window_that_reaches_the_exposure_is_enough() -> None:
    state = spec.given(*spec.when(report(), known())).state
    assert state is not None
    assert (await gather_matches(MATCH, BEFORE, Shelf(state))).case_ids == ["case-1"]
    assert (await gather_matches(MATCH, TOO_EARLY, Shelf(state))).case_ids == []
