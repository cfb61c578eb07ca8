"""May the course's next session be booked then, there, with that practitioner?"""

from datetime import datetime, timedelta

from services.chassis.kernel import Fact, Put, Remove
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.course.decider import (
    refuse_too_early,
    refuse_too_late,
    refuse_unscheduled,
)
from services.sessions.domain.course.errors import CourseComplete, CourseNotFound
from services.sessions.domain.course.model import Course
from services.sessions.domain.gate.decider import refuse_unless_passable, refuse_unlicensed
from services.sessions.domain.session.commands import BookSession
from services.sessions.domain.session.errors import PractitionerNotFound, RoomNotFound
from services.sessions.domain.session.events import SessionBooked
from services.sessions.domain.session.facts import Surroundings

# Rows of equal slots clash by a plain key, which is exact and needs no extension of the database.
SLOT = timedelta(minutes=5)
PLACES = ("room_slots", "practitioner_slots")


def book(command: BookSession, facts: Surroundings) -> SessionBooked:
    """Return the booking, or refuse it."""
    if facts.course is None:
        raise CourseNotFound
    refuse_course(command, facts.course)
    refuse_places(command, facts)
    return SessionBooked(
        session_id=command.session_id,
        course_id=facts.course.course_id,
        plan_id=facts.course.plan_id,
        patient_id=facts.course.patient_id,
        number=facts.course.next_number,
        clinic_id=facts.course.clinic_id,
        room_id=command.room_id,
        practitioner_id=command.practitioner_id,
        starts_at=command.starts_at,
        ends_at=command.starts_at + timedelta(minutes=command.duration_minutes),
        booked_at=command.at,
    )


def refuse_course(command: BookSession, course: Course) -> None:
    """Refuse a course that has no session to give on that day."""
    refuse_unscheduled(course)
    if course.next_number > course.sessions_planned:
        raise CourseComplete
    day = command.starts_at.date()
    refuse_too_early(course, course.next_number, day)
    refuse_too_late(course, course.next_number, day)


def refuse_places(command: BookSession, facts: Surroundings) -> None:
    """Refuse a room or practitioner that is not there, not licensed on the day, or held."""
    practitioner = facts.gates[HoldSubject(HoldKind.PRACTITIONER, command.practitioner_id)]
    if facts.gates[HoldSubject(HoldKind.ROOM, command.room_id)] is None:
        raise RoomNotFound
    if practitioner is None:
        raise PractitionerNotFound
    refuse_unless_passable(facts.gates)
    refuse_unlicensed(practitioner, command.starts_at.date())


def slots(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """Return the beginning of each slot of the clock that the time touches."""
    first = starts_at - (starts_at - datetime.min.replace(tzinfo=starts_at.tzinfo)) % SLOT
    return [first + n * SLOT for n in range(-((first - ends_at) // SLOT))]


def take_slots(event: SessionBooked) -> list[Fact]:
    """Return the booking's rows: no room, practitioner or number of a course is booked twice."""
    booking: dict[str, object] = {
        "session_id": event.session_id,
        "course_id": event.course_id,
        "number": event.number,
    }
    taken: list[Fact] = [Put("bookings", booking)]
    for slot in slots(event.starts_at, event.ends_at):
        row: dict[str, object] = {"slot": slot, "session_id": event.session_id}
        taken.append(Put("room_slots", {"room_id": event.room_id} | row))
        taken.append(Put("practitioner_slots", {"practitioner_id": event.practitioner_id} | row))
    return taken


def free_places(session_id: str) -> list[Fact]:
    """Return the release of room and practitioner: a session that is over needs them no more."""
    return [Remove(table, {"session_id": session_id}) for table in PLACES]
