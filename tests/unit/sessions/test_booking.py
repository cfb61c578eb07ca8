"""Bookings: when, where and with whom the course's next session may be."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError, Put
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.course.errors import (
    CoolingOff,
    CourseComplete,
    CourseNotFound,
    CourseSuspended,
    IntervalTooLong,
    IntervalTooShort,
    NoCredit,
)
from services.sessions.domain.course.events import CourseProgressed
from services.sessions.domain.course.model import CourseState
from services.sessions.domain.gate.errors import HoldActive, LicenceLapsed, SubjectUnknown
from services.sessions.domain.session.booking import SLOT, slots
from services.sessions.domain.session.commands import BookSession
from services.sessions.domain.session.decider import DECIDER, project
from services.sessions.domain.session.errors import (
    PractitionerNotFound,
    RoomNotAtClinic,
    RoomNotFound,
)
from services.sessions.domain.session.events import SessionBooked
from services.sessions.domain.session.facts import Surroundings
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    BOOK,
    BOOKED,
    DAY,
    NOW,
    PATIENT,
    course,
    performed,
    surroundings,
)

ROOM = HoldSubject(HoldKind.ROOM, "room-1")
DOCTOR = HoldSubject(HoldKind.PRACTITIONER, "practitioner-1")
ONE_DONE = course(performed(1, NOW))
ALL_DONE = course(*(performed(n, NOW + 7 * n * DAY, f"s-{n}") for n in (1, 2, 3)))
UNPAID = replace(course(), state=CourseState.OPEN)
THINKING = replace(course(), earliest_session_at=NOW + DAY + timedelta(seconds=1))


def with_room(**known: str | None) -> Surroundings:
    """Return the surroundings with something else known of the room."""
    facts = surroundings()
    gate = facts.gates[ROOM]
    assert gate is not None
    room = replace(gate, **known)  # type: ignore[arg-type]  # fields by name
    return replace(facts, gates={**facts.gates, ROOM: room})


def test_the_next_session_is_booked_with_its_end() -> None:
    [event] = Spec(DECIDER).when(BOOK, surroundings())
    assert isinstance(event, SessionBooked)
    assert (event.number, event.clinic_id, event.starts_at) == (1, "clinic-1", NOW + DAY)
    assert event.ends_at == NOW + DAY + timedelta(minutes=30)
    state = Spec(DECIDER).given(event).state
    assert state is not None
    assert (state.starts_at, state.ends_at) == (event.starts_at, event.ends_at)


def test_a_booking_takes_its_number_and_each_slot_of_room_and_practitioner() -> None:
    booking, *taken = project(replace(BOOKED, ends_at=NOW + timedelta(minutes=10)))
    number = {"session_id": "session-1", "course_id": "course-1", "number": 1}
    assert booking == Put("bookings", number)
    rows = [{"slot": NOW + n * SLOT, "session_id": "session-1"} for n in (0, 1)]
    rooms = [Put("room_slots", {"room_id": "room-1"} | row) for row in rows]
    people = [
        Put("practitioner_slots", {"practitioner_id": "practitioner-1"} | row) for row in rows
    ]
    assert taken == [each for pair in zip(rooms, people, strict=True) for each in pair]


@pytest.mark.parametrize(
    ("begins", "minutes", "first", "count"),
    [
        (0, 5, 0, 1),
        (0, 30, 0, 6),
        (2, 29, 0, 7),  # 10:02 to 10:31 takes 10:00 to 10:35
        (4, 5, 0, 2),
        (5, 480, 5, 96),
        (1, 480, 0, 97),
    ],
)
def test_a_time_is_rounded_outwards(begins: int, minutes: int, first: int, count: int) -> None:
    starts_at = NOW + timedelta(minutes=begins)
    found = slots(starts_at, starts_at + timedelta(minutes=minutes))
    assert found == [NOW + timedelta(minutes=first) + n * SLOT for n in range(count)]


TIMES = st.integers(0, 2 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds))
LENGTHS = st.integers(5, 480).map(lambda minutes: timedelta(minutes=minutes))


@given(a=TIMES, b=TIMES, long=LENGTHS, wide=LENGTHS)
def test_what_overlaps_shares_a_slot_and_what_a_slot_lies_between_shares_none(
    a: datetime, b: datetime, long: timedelta, wide: timedelta
) -> None:
    shared = set(slots(a, a + long)) & set(slots(b, b + wide))
    apart = max(b - (a + long), a - (b + wide))
    assert shared if apart < timedelta() else not shared or apart < SLOT


def test_a_repeat_books_nothing_twice() -> None:
    assert Spec(DECIDER).given(BOOKED).when(BOOK, surroundings()) == []


@pytest.mark.parametrize(
    ("command", "facts", "refusal"),
    [
        (BOOK, Surroundings(), CourseNotFound),
        (BOOK, surroundings(of=UNPAID), NoCredit),
        (BOOK, surroundings(of=ALL_DONE), CourseComplete),
        (BOOK, surroundings(of=ONE_DONE), IntervalTooShort),
        (replace(BOOK, starts_at=NOW + 12 * DAY), surroundings(of=ONE_DONE), IntervalTooLong),
        (BOOK, surroundings(missing=(ROOM,)), RoomNotFound),
        (BOOK, surroundings(missing=(DOCTOR,)), PractitionerNotFound),
        (BOOK, surroundings(missing=(PATIENT,)), SubjectUnknown),
        (BOOK, surroundings(ROOM), HoldActive),
        (BOOK, with_room(at_clinic_id="clinic-2"), RoomNotAtClinic),
        (BOOK, with_room(at_clinic_id=None), RoomNotFound),
        (BOOK, surroundings(of=THINKING), CoolingOff),
        (BOOK, surroundings(of=replace(course(), state=CourseState.SUSPENDED)), CourseSuspended),
        (replace(BOOK, starts_at=NOW + timedelta(days=365)), surroundings(), LicenceLapsed),
    ],
)
def test_a_booking_is_refused(
    command: BookSession, facts: Surroundings, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).when(command, facts)


def test_time_to_think_it_over_ends_at_its_moment_and_concerns_the_first_session_alone() -> None:
    over = replace(course(), earliest_session_at=BOOK.starts_at)
    later = replace(ONE_DONE, earliest_session_at=NOW + 30 * DAY)
    assert Spec(DECIDER).when(BOOK, surroundings(of=over))
    eighth = replace(BOOK, starts_at=NOW + 8 * DAY)
    assert Spec(DECIDER).when(eighth, surroundings(of=later))


def test_a_moved_course_is_booked_before_its_new_practitioner_has_signed() -> None:
    waiting = replace(course(), awaits_responsible=True)
    assert Spec(DECIDER).when(BOOK, surroundings(of=waiting))


def test_the_first_session_has_no_last_day_and_a_partial_one_moves_its_first() -> None:
    partial = CourseProgressed(
        *("course-1", "session-0", "plan-1", "patient-1", 1, 0, 3),
        windows=course().windows,
        performed_at=NOW,
    )
    facts = surroundings(of=course(partial))
    with pytest.raises(IntervalTooShort):
        Spec(DECIDER).when(replace(BOOK, starts_at=NOW + 6 * DAY), facts)
    assert Spec(DECIDER).when(replace(BOOK, starts_at=NOW + 90 * DAY), facts)
