"""The sessions of a plan: its template's or any other, then its maintenance."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.consult.domain.plan.errors import ProtocolNotFound, ScheduleInvalid
from services.consult.domain.plan.model import ScheduleDeviationReason
from services.consult.domain.plan.schedule import (
    LaidOut,
    ScheduleWish,
    laid_out,
    resumes_on,
    sessions_within,
)
from services.consult.reference.loader import reference
from tests.unit.consult.samples import TODAY

SCHEDULES = reference().schedules
WEEKLY = ScheduleWish("MNX-WEEKLY-10")
CLINICAL = ScheduleDeviationReason.CLINICAL
MONTHLY = replace(WEEKLY, maintenance_protocol_code="MAINT-MONTHLY", maintenance_sessions=3)


def laid(wish: ScheduleWish) -> LaidOut:
    return laid_out(SCHEDULES, wish, TODAY)


def weeks(wish: ScheduleWish) -> list[int]:
    return [window.ideal_days // 7 for window in laid(wish).protocol.windows]


ALLOWED: list[tuple[ScheduleWish, list[int]]] = [
    (WEEKLY, list(range(10))),
    (ScheduleWish("DUT-QUARTERLY"), [0, 13, 26, 39]),
    (MONTHLY, [*range(10), 13, 17, 21]),
    (
        ScheduleWish("DUT-INTENSIVE-7", "MAINT-QUARTERLY", 2),
        [0, 1, 2, 3, 5, 7, 11, 24, 37],
    ),
    (replace(WEEKLY, offset_weeks=(0, 2, 4), deviation_reason=CLINICAL), [0, 2, 4]),
    (replace(WEEKLY, offset_weeks=(0,), deviation_reason=CLINICAL), [0]),
    (replace(WEEKLY, offset_weeks=tuple(range(10))), list(range(10))),
    (replace(MONTHLY, performed=8), [0, 1, 5, 9, 13]),
    (replace(MONTHLY, performed=12), [0]),
]


@pytest.mark.parametrize(("wish", "expected"), ALLOWED)
def test_the_sessions_are_in_these_weeks(wish: ScheduleWish, expected: list[int]) -> None:
    assert weeks(wish) == expected
    assert [w.number for w in laid(wish).protocol.windows] == list(range(1, len(expected) + 1))


REFUSED: list[tuple[ScheduleWish, type[DomainError], str]] = [
    (ScheduleWish("DAILY"), ProtocolNotFound, ""),
    (replace(MONTHLY, maintenance_protocol_code="MAINT-DAILY"), ProtocolNotFound, ""),
    (ScheduleWish("MAINT-MONTHLY"), ScheduleInvalid, "PROTOCOL"),
    (replace(MONTHLY, maintenance_protocol_code="DUT-QUARTERLY"), ScheduleInvalid, "PROTOCOL"),
    (replace(MONTHLY, maintenance_sessions=0), ScheduleInvalid, "MAINTENANCE"),
    (replace(WEEKLY, maintenance_sessions=2), ScheduleInvalid, "MAINTENANCE"),
    (replace(WEEKLY, offset_weeks=(0, 2, 4)), ScheduleInvalid, "DEVIATION_REASON"),
    (
        replace(WEEKLY, offset_weeks=(1, 2), deviation_reason=CLINICAL),
        ScheduleInvalid,
        "SESSION",
    ),
    (
        replace(WEEKLY, offset_weeks=(0, 2, 2), deviation_reason=CLINICAL),
        ScheduleInvalid,
        "SESSION",
    ),
    (
        replace(WEEKLY, offset_weeks=(0, 3, 2), deviation_reason=CLINICAL),
        ScheduleInvalid,
        "SESSION",
    ),
    (replace(WEEKLY, performed=10), ScheduleInvalid, "SESSIONS_PERFORMED"),
]


@pytest.mark.parametrize(("wish", "refusal", "kind"), REFUSED)
def test_these_sessions_are_refused(
    wish: ScheduleWish, refusal: type[DomainError], kind: str
) -> None:
    with pytest.raises(refusal) as refused:
        laid(wish)
    assert [violation.kind for violation in refused.value.violations] == ([kind] if kind else [])


def test_sessions_closer_than_the_floor_are_refused_with_the_arithmetic() -> None:
    [floor] = SCHEDULES.floors
    further = replace(SCHEDULES, floors=(floor, replace(floor, floor_days=10)))
    with pytest.raises(ScheduleInvalid) as refused:
        laid_out(further, WEEKLY, TODAY)
    [violation] = refused.value.violations
    assert (violation.subject, violation.description) == (
        "2",
        "comes 7 days after the one before, not 10 or more",
    )


def test_without_a_floor_in_force_nothing_is_planned() -> None:
    [floor] = SCHEDULES.floors
    over = replace(floor, effective_until=TODAY - timedelta(days=1))
    with pytest.raises(ScheduleInvalid) as refused:
        laid_out(replace(SCHEDULES, floors=(over,)).on(TODAY), WEEKLY, TODAY)
    assert [each.kind for each in refused.value.violations] == ["FLOOR"]


def test_what_is_kept_of_a_schedule() -> None:
    plain, kept = laid(replace(WEEKLY, deviation_reason=CLINICAL)), laid(MONTHLY)
    assert (plain.deviation_reason, plain.maintenance_protocol_code) == (None, "")
    assert (kept.induction_sessions, kept.maintenance_protocol_code) == (10, "MAINT-MONTHLY")
    assert kept.maintenance_version == "1"
    assert laid(replace(MONTHLY, performed=8)).induction_sessions == 2
    assert laid(replace(MONTHLY, performed=12)).induction_sessions == 0


WITHIN: list[tuple[tuple[int, ...], int, int, int]] = [
    # Weeks, weeks between two of the maintenance, days: sessions.
    ((0, 1, 2), 0, 365, 3),
    ((0, 52, 53), 0, 365, 2),
    ((0,), 13, 365, 5),
    ((0,), 13, 730, 9),
    ((0, 1, 2, 3, 7), 4, 365, 5 + 11),
    ((0, 60), 4, 365, 1),
]


@pytest.mark.parametrize(("offsets", "interval", "days", "sessions"), WITHIN)
def test_so_many_sessions_are_to_be_paid_for(
    offsets: tuple[int, ...], interval: int, days: int, sessions: int
) -> None:
    assert sessions_within(offsets, interval, days) == sessions


@given(
    st.integers(1, 30), st.integers(0, 60), st.sampled_from([4, 13]), st.sampled_from([365, 730])
)
def test_maintenance_without_end_is_counted_as_if_it_were_written_out(
    first: int, written: int, interval: int, days: int
) -> None:
    induction = tuple(range(first))
    some = (*induction, *(first - 1 + interval * n for n in range(1, written + 1)))
    endless = (*induction, *(first - 1 + interval * n for n in range(1, 300)))
    assert sessions_within(some, interval, days) == sum(week * 7 < days for week in endless)


@given(
    st.lists(st.integers(1, 20), max_size=30),
    st.integers(0, 20),
    st.sampled_from(["MAINT-MONTHLY", "MAINT-QUARTERLY"]),
)
def test_any_length_keeps_the_floor_and_counts_from_one(
    gaps: list[int], maintenance: int, code: str
) -> None:
    offsets = tuple(sum(gaps[:n]) for n in range(len(gaps) + 1))
    wish = ScheduleWish(
        "MNX-WEEKLY-10", code if maintenance else "", maintenance, offsets, CLINICAL
    )
    found = laid(wish).protocol
    ideals = [window.ideal_days for window in found.windows]
    assert len(ideals) == len(offsets) + maintenance
    assert [window.number for window in found.windows] == list(range(1, len(ideals) + 1))
    assert all(later - sooner >= found.floor_days for sooner, later in pairwise(ideals))
    assert all(w.earliest_days <= w.ideal_days <= w.latest_days for w in found.windows)


RESUMED: list[tuple[int, int]] = [
    # Two weeks less four days after the fourth, four weeks less seven after the sixth.
    (1, 7),
    (4, 10),
    (6, 21),
]


@pytest.mark.parametrize(("performed", "days"), RESUMED)
def test_a_course_goes_on_in_the_window_after_its_last_session(performed: int, days: int) -> None:
    wish = ScheduleWish("DUT-INTENSIVE-7", performed=performed)
    last = date(2026, 11, 20)
    assert resumes_on(SCHEDULES, wish, TODAY, last) == last + timedelta(days=days)
