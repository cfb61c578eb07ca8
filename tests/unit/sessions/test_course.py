"""Courses: opened, scheduled, progressed, closed; and the first day of the next session."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.sessions.domain.course.commands import (
    CloseCourse,
    Command,
    OpenCourse,
    ProgressCourse,
    ScheduleCourse,
)
from services.sessions.domain.course.decider import DECIDER
from services.sessions.domain.course.errors import (
    ConsentWithdrawn,
    CourseNotFound,
    IntervalTooLong,
    IntervalTooShort,
    NoCredit,
)
from services.sessions.domain.course.errors import CourseClosed as CourseClosedRefusal
from services.sessions.domain.course.events import CourseClosed, CourseProgressed, Event
from services.sessions.domain.course.model import (
    Course,
    CourseCloseReason,
    CourseState,
    dated,
    earliest_on,
    latest_on,
)
from services.sessions.domain.course.passing import (
    refuse_too_early,
    refuse_too_late,
    refuse_unscheduled,
)
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    COCKTAIL,
    DAY,
    GROUND,
    NOW,
    OPENED,
    SCHEDULED,
    WEEKLY,
    course,
    performed,
)

OPEN = OpenCourse(
    *("course-1", "plan-1", "patient-1", "clinic-1", "quote-1", COCKTAIL, WEEKLY),
    earliest_session_at=None,
    last_performed_on=None,
    terms_version=1,
    at=NOW,
)
CONSENT, PLAN = CourseCloseReason.CONSENT_WITHDRAWN, CourseCloseReason.PLAN_WITHDRAWN
ENDED = CourseClosed("course-1", "plan-1", "patient-1", CONSENT, NOW)
WITHDRAWN = CourseClosed("course-1", "plan-1", "patient-1", PLAN, NOW)


@pytest.mark.parametrize(
    ("history", "command", "then"),
    [
        ([], OPEN, [OPENED]),
        ([OPENED], OPEN, []),
        ([OPENED], ScheduleCourse("course-1", NOW), [SCHEDULED]),
        ([OPENED, SCHEDULED], ScheduleCourse("course-1", NOW + DAY), []),
        ([OPENED, WITHDRAWN], ScheduleCourse("course-1", NOW), []),
        ([OPENED], CloseCourse("course-1", CONSENT, NOW), [ENDED]),
        ([OPENED, ENDED], CloseCourse("course-1", PLAN, NOW), []),
        ([], CloseCourse("course-1", PLAN, NOW), []),
    ],
)
def test_repeats_and_latecomers_change_nothing(
    history: list[Event], command: Command, then: list[Event]
) -> None:
    assert Spec(DECIDER).given(*history).when(command, GROUND) == then


def test_a_deposit_that_comes_before_its_course_waits() -> None:
    with pytest.raises(CourseNotFound):
        Spec(DECIDER).when(ScheduleCourse("course-1", NOW), GROUND)


def test_windows_count_from_the_first_performed_session() -> None:
    spec = Spec(DECIDER).given(OPENED, SCHEDULED)
    late = NOW + 10 * DAY
    [event] = spec.when(ProgressCourse("course-1", "session-1", 1, late), GROUND)
    assert isinstance(event, CourseProgressed)
    assert event.windows == dated(WEEKLY, late.date())
    assert (event.number, event.sessions_completed) == (1, 1)


def test_a_session_counts_once() -> None:
    spec = Spec(DECIDER).given(OPENED, SCHEDULED, performed(1, NOW, "session-1"))
    assert spec.when(ProgressCourse("course-1", "session-1", 1, NOW), GROUND) == []


def test_a_session_that_ended_early_moves_the_gap_and_completes_nothing() -> None:
    spec = Spec(DECIDER).given(OPENED, SCHEDULED)
    [event] = spec.when(ProgressCourse("course-1", "session-1", None, NOW + DAY), GROUND)
    state = course(event)
    assert (state.sessions_completed, state.next_number) == (0, 1)
    assert state.windows == SCHEDULED.windows
    assert earliest_on(state, 1, "UTC") == (NOW + 8 * DAY).date()
    assert latest_on(state, 1, "UTC") is None


def test_the_last_session_completes_the_course_unless_it_was_closed() -> None:
    all_three = [performed(n, NOW + 7 * n * DAY, f"session-{n}") for n in (1, 2, 3)]
    assert course(*all_three).state is CourseState.COMPLETED
    assert course(*all_three[:2], ENDED, all_three[2]).state is CourseState.CLOSED


@pytest.mark.parametrize(
    ("history", "refusal"),
    [
        ([OPENED], NoCredit),
        ([OPENED, SCHEDULED, ENDED], ConsentWithdrawn),
        ([OPENED, WITHDRAWN], CourseClosedRefusal),
    ],
)
def test_a_course_gives_no_session(history: list[Event], refusal: type[DomainError]) -> None:
    state = Spec(DECIDER).given(*history).state
    assert state is not None
    with pytest.raises(refusal):
        refuse_unscheduled(state)


@pytest.mark.parametrize(
    ("days", "refusal"),
    [(5, IntervalTooShort), (6, IntervalTooShort), (7, None), (9, None), (10, IntervalTooLong)],
)
def test_the_floor_holds_where_the_window_would_allow_five_days(
    days: int, refusal: type[DomainError] | None
) -> None:
    state = course(performed(1, NOW))
    day = (NOW + days * DAY).date()
    with pytest.raises(refusal) if refusal else nullcontext():
        refuse_off_days(state, day)


def refuse_off_days(state: Course, day: date) -> None:
    """Refuse what either rule refuses."""
    refuse_too_early(state, 2, day, "UTC")
    refuse_too_late(state, 2, day, "UTC")


def test_a_refused_day_says_which_would_do() -> None:
    with pytest.raises(IntervalTooShort) as refused:
        refuse_off_days(course(performed(1, NOW)), NOW.date())
    assert refused.value.violations[0].description == "2026-03-09"


@given(st.integers(0, 40), st.integers(0, 40))
def test_there_is_always_a_day_that_is_neither_too_early_nor_too_late(
    first: int, second: int
) -> None:
    late = NOW + timedelta(days=first + second)
    partial = Spec(DECIDER).given(OPENED, SCHEDULED, performed(1, NOW + first * DAY, "s-1"))
    [again] = partial.when(ProgressCourse("course-1", "s-2", None, late), GROUND)
    state = course(performed(1, NOW + first * DAY, "s-1"), again)
    last = latest_on(state, 2, "UTC")
    assert last is not None
    assert earliest_on(state, 2, "UTC") <= last
    assert earliest_on(state, 2, "UTC") - late.date() >= timedelta(days=WEEKLY.floor_days)
