"""Days are days of the clinic: windows, floors, licences and labels by the calendar on its wall."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.sessions.domain.clinical import HoldKind, HoldSubject, day_in
from services.sessions.domain.course.commands import ProgressCourse, ScheduleCourse
from services.sessions.domain.course.decider import DECIDER as COURSE
from services.sessions.domain.course.errors import IntervalTooShort
from services.sessions.domain.course.events import CourseProgressed, CourseScheduled
from services.sessions.domain.course.facts import Ground
from services.sessions.domain.course.model import earliest_on
from services.sessions.domain.gate.errors import LicenceLapsed, SubjectUnknown
from services.sessions.domain.gate.model import Licence
from services.sessions.domain.session.decider import DECIDER as SESSION
from services.sessions.domain.session.facts import Surroundings
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    BOOK,
    DAY,
    NOW,
    OPENED,
    SCHEDULED,
    WEEKLY,
    course,
    performed,
    surroundings,
)

AUCKLAND, LOS_ANGELES = "Pacific/Auckland", "America/Los_Angeles"
EVENING = datetime(2026, 3, 2, 23, tzinfo=UTC)
CLINIC = HoldSubject(HoldKind.CLINIC, "clinic-1")
DOCTOR = HoldSubject(HoldKind.PRACTITIONER, "practitioner-1")


@pytest.mark.parametrize(
    ("time_zone", "at", "day"),
    [
        ("UTC", EVENING, date(2026, 3, 2)),
        (AUCKLAND, EVENING, date(2026, 3, 3)),
        (LOS_ANGELES, EVENING, date(2026, 3, 2)),
        (LOS_ANGELES, datetime(2026, 3, 2, 7, tzinfo=UTC), date(2026, 3, 1)),
        # The clocks of London go forward on the 29th at one o'clock.
        ("Europe/London", datetime(2026, 3, 28, 23, 30, tzinfo=UTC), date(2026, 3, 28)),
        ("Europe/London", datetime(2026, 3, 29, 23, 30, tzinfo=UTC), date(2026, 3, 30)),
    ],
)
def test_a_moment_is_another_day_elsewhere(time_zone: str, at: datetime, day: date) -> None:
    assert day_in(time_zone, at) == day


@given(
    st.integers(-50_000, 50_000).map(lambda hours: NOW + timedelta(hours=hours)),
    st.sampled_from([AUCKLAND, LOS_ANGELES, "UTC", "Asia/Kathmandu"]),
)
def test_a_day_is_never_more_than_one_off(at: datetime, time_zone: str) -> None:
    assert abs(day_in(time_zone, at) - at.date()) <= timedelta(days=1)


def test_windows_count_from_the_day_at_the_clinic() -> None:
    deposit = ScheduleCourse("course-1", EVENING)
    [scheduled] = Spec(COURSE).given(OPENED).when(deposit, Ground(time_zone=AUCKLAND))
    assert isinstance(scheduled, CourseScheduled)
    assert scheduled.windows[0].ideal_on == date(2026, 3, 3)
    first = ProgressCourse("course-1", "session-1", 1, EVENING + DAY)
    spec = Spec(COURSE).given(OPENED, SCHEDULED)
    [progressed] = spec.when(first, Ground(time_zone=AUCKLAND))
    assert isinstance(progressed, CourseProgressed)
    assert progressed.windows[0].ideal_on == date(2026, 3, 4)


@pytest.mark.parametrize(
    "command",
    [ScheduleCourse("course-1", EVENING), ProgressCourse("course-1", "session-1", 1, EVENING)],
)
def test_without_a_time_zone_there_is_no_day(command: ScheduleCourse | ProgressCourse) -> None:
    with pytest.raises(SubjectUnknown):
        Spec(COURSE).given(OPENED).when(command, Ground())


def test_the_floor_runs_from_the_day_at_the_clinic() -> None:
    state = course(performed(1, EVENING))
    assert earliest_on(state, 2, "UTC") == date(2026, 3, 9)
    assert earliest_on(state, 2, AUCKLAND) == date(2026, 3, 10)


def test_a_course_that_began_elsewhere_keeps_its_floor() -> None:
    state = replace(course(), last_performed_on=date(2026, 2, 27))
    assert earliest_on(state, 1, "UTC") == date(2026, 2, 27) + timedelta(days=WEEKLY.floor_days)
    assert earliest_on(replace(state, last_performed_at=NOW), 1, "UTC") == date(2026, 3, 9)


def at_clinic(time_zone: str, until: date = date(2026, 12, 31)) -> Surroundings:
    """Return the surroundings at a clinic in `time_zone`, the doctor licensed `until`."""
    facts = surroundings(of=course(performed(1, NOW)))
    clinic, doctor = facts.gates[CLINIC], facts.gates[DOCTOR]
    assert clinic is not None
    assert doctor is not None
    licence = Licence("licence-1", "GMC", date(2026, 1, 1), until)
    changed = {
        CLINIC: replace(clinic, time_zone=time_zone),
        DOCTOR: replace(doctor, licences=(licence,)),
    }
    return replace(facts, gates={**facts.gates, **changed})


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        (at_clinic("UTC"), IntervalTooShort),
        (at_clinic(AUCKLAND), None),
        (at_clinic(AUCKLAND, until=date(2026, 3, 8)), LicenceLapsed),
        (at_clinic(AUCKLAND, until=date(2026, 3, 9)), None),
    ],
)
def test_a_booking_is_on_a_day_of_the_clinic(
    facts: Surroundings, refusal: type[DomainError] | None
) -> None:
    """The eighth in the evening is the ninth in Auckland: a week after the second."""
    command = replace(BOOK, starts_at=datetime(2026, 3, 8, 20, tzinfo=UTC))
    if refusal is None:
        assert Spec(SESSION).when(command, facts)
        return
    with pytest.raises(refusal):
        Spec(SESSION).when(command, facts)
