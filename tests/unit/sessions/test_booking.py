"""Bookings: when, where and with whom the course's next session may be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import DomainError, Put
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.course.errors import (
    CourseComplete,
    CourseNotFound,
    IntervalTooLong,
    IntervalTooShort,
    NoCredit,
)
from services.sessions.domain.course.events import CourseProgressed
from services.sessions.domain.gate.errors import HoldActive, LicenceLapsed, SubjectUnknown
from services.sessions.domain.session.commands import BookSession
from services.sessions.domain.session.decider import DECIDER, project
from services.sessions.domain.session.errors import PractitionerNotFound, RoomNotFound
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
UNPAID = replace(course(), state=type(course().state).OPEN)


def test_the_next_session_is_booked_and_its_slot_taken() -> None:
    [event] = Spec(DECIDER).when(BOOK, surroundings())
    assert isinstance(event, SessionBooked)
    assert (event.number, event.clinic_id, event.starts_at) == (1, "clinic-1", NOW + DAY)
    [slot] = project(event)
    assert isinstance(slot, Put)
    assert (slot.table, slot.row["room_id"], slot.row["number"]) == ("bookings", "room-1", 1)


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
        (replace(BOOK, starts_at=NOW + timedelta(days=365)), surroundings(), LicenceLapsed),
    ],
)
def test_a_booking_is_refused(
    command: BookSession, facts: Surroundings, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).when(command, facts)


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
