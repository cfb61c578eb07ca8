"""A case opens with what is known: how serious it is, and which sessions may have led to it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import Put
from services.safety.domain.case.commands import OpenCase
from services.safety.domain.case.decider import DECIDER, Background
from services.safety.domain.case.events import CaseOpened
from services.safety.domain.case.latency import LatencyUnit, LatencyWindow
from services.safety.domain.case.model import (
    Case,
    CaseExposure,
    CaseState,
    ReactionTerm,
    SeriousnessCriterion,
)
from services.safety.domain.exposure.model import Exposure
from services.safety.handlers.case import gather_links, gather_report
from services.safety.reference.latency import latency_windows
from services.safety.reference.seriousness import serious_terms
from tests.support.spec import Spec
from tests.unit.safety.cases import (
    LINK,
    ONSET,
    OTHER_SESSION,
    SESSION,
    TOLD,
    WEEK,
    Shelf,
    exposure,
    known,
    report,
)

spec = Spec(DECIDER)
DAYS = LatencyUnit.DAYS

LINKED_2 = CaseExposure(
    *(SESSION, ("lot-1",), "practitioner-1", "room-1", "HEAD-7", 2),
    administered_at=ONSET - timedelta(days=2),
)


def only_opening(command: OpenCase, facts: Background) -> CaseOpened:
    """Return the opening that `command` leads to."""
    [event] = spec.when(command, facts)
    assert isinstance(event, CaseOpened)
    return event


def opened(*exposures: Exposure, window: LatencyWindow | None = WEEK) -> CaseOpened:
    """Return the opening of the plainest report over `exposures`."""
    return only_opening(report(), known(*exposures, window=window))


def test_a_reported_reaction_becomes_a_case() -> None:
    [event] = spec.when(report(), known(exposure(timedelta(days=2))))
    assert event == CaseOpened(
        case_id="case-1",
        reaction_id="reaction-1",
        patient_id="patient-1",
        suspected_session_id=None,
        clinic_id="clinic-1",
        term=ReactionTerm.INJECTION_SITE_PAIN,
        severity_grade=1,
        serious=False,
        criteria=(),
        exposures=(LINKED_2,),
        latency_windows_version="windows-3",
        serious_terms_version="terms-5",
        onset_at=ONSET,
        first_aware_at=TOLD,
        opened_at=TOLD,
    )


def test_the_case_is_open_and_says_what_its_event_says() -> None:
    event = opened(exposure(timedelta(days=2)))
    state = spec.given(event).state
    assert isinstance(state, Case)
    assert state.state is CaseState.OPEN
    assert state.exposures == event.exposures


def test_a_report_heard_twice_opens_one_case() -> None:
    assert spec.given(opened()).when(report(), known()) == []


def test_a_case_opens_without_any_exposure() -> None:
    assert opened().exposures == ()


def test_the_clocks_start_when_anyone_first_knew() -> None:
    aware = ONSET + timedelta(hours=1)
    event = only_opening(report(first_aware_at=aware), known(window=None))
    assert event.first_aware_at == aware
    assert event.opened_at == TOLD


@pytest.mark.parametrize(
    ("criteria", "by_rule", "grade", "serious"),
    [
        ((), False, 1, False),
        ((), False, 4, False),  # severity is not seriousness
        ((), False, 5, True),
        ((), True, 1, True),
        ((SeriousnessCriterion.HOSPITALISATION,), False, 1, True),
        (
            (SeriousnessCriterion.DEATH, SeriousnessCriterion.LIFE_THREATENING),
            True,
            5,
            True,
        ),
    ],
)
def test_seriousness(
    criteria: tuple[SeriousnessCriterion, ...], by_rule: bool, grade: int, serious: bool
) -> None:
    command = report(criteria=criteria, severity_grade=grade)
    event = only_opening(command, known(window=None, serious=by_rule))
    assert event.serious is serious
    assert event.criteria == criteria


@pytest.mark.parametrize(
    ("before", "window", "linked"),
    [
        (timedelta(days=7), WEEK, True),
        (timedelta(days=8), WEEK, False),
        (timedelta(days=6), LatencyWindow(DAYS, 7, 84), False),
        (timedelta(days=35), LatencyWindow(DAYS, 7, 84), True),
        (timedelta(days=85), LatencyWindow(DAYS, 7, 84), False),
        (timedelta(days=-1), LatencyWindow(DAYS, None, None), False),  # given afterwards
        (timedelta(days=400), LatencyWindow(DAYS, None, None), True),
        (timedelta(days=1), None, False),
    ],
)
def test_sessions_in_the_window_are_linked(
    before: timedelta, window: LatencyWindow | None, linked: bool
) -> None:
    assert bool(opened(exposure(before), window=window).exposures) is linked


@pytest.mark.parametrize("window", [None, LatencyWindow(DAYS, 7, 84), WEEK])
def test_the_suspected_session_is_linked_whatever_the_window(window: LatencyWindow | None) -> None:
    here, elsewhere = exposure(timedelta(days=3)), exposure(timedelta(days=300), OTHER_SESSION)
    event = only_opening(report(session_id=SESSION), known(here, elsewhere, window=window))
    assert [each.session_id for each in event.exposures] == [SESSION]


def test_a_reaction_before_the_end_of_its_session_is_of_day_zero() -> None:
    late = exposure(timedelta(minutes=-20))
    event = only_opening(report(session_id=SESSION), known(late))
    assert [each.days_before_onset for each in event.exposures] == [0]


def test_exposures_are_latest_first_and_keep_every_lot() -> None:
    older = exposure(timedelta(days=5), "session-0", ("lot-1", "lot-2"))
    event = opened(older, exposure(timedelta(days=1)))
    assert [each.session_id for each in event.exposures] == [SESSION, "session-0"]
    assert event.exposures[1].lot_ids == ("lot-1", "lot-2")


def test_each_lot_of_each_linked_session_is_a_row() -> None:
    event = opened(
        exposure(timedelta(days=5), "session-0", ("lot-1", "lot-2")),
        exposure(timedelta(days=1)),
    )
    assert DECIDER.project is not None
    rows = [fact.row for fact in DECIDER.project(event) if isinstance(fact, Put)]
    assert [(row["session_id"], row["lot_id"]) for row in rows] == [
        (SESSION, "lot-1"),
        ("session-0", "lot-1"),
        ("session-0", "lot-2"),
    ]
    assert {row["case_id"] for row in rows} == {"case-1"}


CICATRICIAL = ReactionTerm.CICATRICIAL_ALOPECIA


async def test_a_case_rests_on_the_exposures_of_its_own_patient() -> None:
    own, foreign = exposure(timedelta(days=1)), exposure(timedelta(days=1), OTHER_SESSION)
    shelf = Shelf(own, replace(foreign, patient_id="patient-2"))
    found = await gather_report(report(CICATRICIAL), None, shelf)
    assert found.exposures == [own]
    assert found.window == LatencyWindow(DAYS, 7, 364)
    assert found.serious_by_rule
    assert found.latency_windows_version == latency_windows().version
    assert found.serious_terms_version == serious_terms().version
    state = spec.given(only_opening(report(CICATRICIAL), known())).state
    assert await gather_links(LINK, state, shelf) == found
    assert await gather_links(LINK, None, shelf) is None
