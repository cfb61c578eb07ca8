"""May the course's next session be booked then, there, with that practitioner?"""

from datetime import datetime, timedelta

from services.chassis.kernel import Fact, Put, Remove
from services.sessions.domain.clinical import HoldKind, HoldSubject, day_in
from services.sessions.domain.course.errors import CourseComplete, CourseNotFound
from services.sessions.domain.course.model import Course
from services.sessions.domain.course.passing import (
    refuse_cooling_off,
    refuse_too_early,
    refuse_too_late,
    refuse_unscheduled,
)
from services.sessions.domain.gate.decider import (
    refuse_deceased,
    refuse_unless_passable,
    refuse_unlicensed,
    time_zone_of,
)
from services.sessions.domain.session.commands import BookSession
from services.sessions.domain.session.errors import (
    PractitionerNotFound,
    RoomNotAtClinic,
    RoomNotFound,
)
from services.sessions.domain.session.events import SessionBooked
from services.sessions.domain.session.facts import Surroundings

# Rows of equal slots clash by a plain key, which is exact and needs no extension of the database.
SLOT = timedelta(minutes=5)
PLACES = ("room_slots", "practitioner_slots")


def book(command: BookSession, facts: Surroundings) -> SessionBooked:
    """Return the booking, or refuse it."""
    if facts.course is None:
        raise CourseNotFound
    refuse_deceased(facts.gates)
    refuse_ended(facts.course)
    time_zone = time_zone_of(facts.gates, facts.course.clinic_id)
    refuse_day(command, facts.course, time_zone)
    refuse_places(command, facts, facts.course.clinic_id)
    refuse_unlicensed(
        facts.gates[HoldSubject(HoldKind.PRACTITIONER, command.practitioner_id)],
        day_in(time_zone, command.starts_at),
    )
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


def refuse_ended(course: Course) -> None:
    """Refuse a course that has no session to give."""
    refuse_unscheduled(course)
    if course.next_number > course.sessions_planned:
        raise CourseComplete


def refuse_day(command: BookSession, course: Course, time_zone: str) -> None:
    """Refuse a time that the course does not allow its next session."""
    number = course.next_number
    day = day_in(time_zone, command.starts_at)
    refuse_cooling_off(course, number, command.starts_at)
    refuse_too_early(course, number, day, time_zone)
    refuse_too_late(course, number, day, time_zone)


def refuse_places(command: BookSession, facts: Surroundings, clinic_id: str) -> None:
    """Refuse a room or practitioner that is not there or held, or a room of another clinic."""
    room = facts.gates[HoldSubject(HoldKind.ROOM, command.room_id)]
    if room is None or room.at_clinic_id is None:
        raise RoomNotFound
    if room.at_clinic_id != clinic_id:
        raise RoomNotAtClinic(room_id=command.room_id)
    if facts.gates[HoldSubject(HoldKind.PRACTITIONER, command.practitioner_id)] is None:
        raise PractitionerNotFound
    refuse_unless_passable(facts.gates)


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
