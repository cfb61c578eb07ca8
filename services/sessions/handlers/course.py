"""The course as an aggregate, and what its commands must know."""

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.course.commands import (
    Command,
    OpenCourse,
    ProgressCourse,
    ScheduleCourse,
)
from services.sessions.domain.course.decider import DECIDER
from services.sessions.domain.course.events import Event
from services.sessions.domain.course.facts import Ground
from services.sessions.domain.course.model import Course
from services.sessions.domain.person.commands import Repoint
from services.sessions.domain.person.events import RecordRepointed
from services.sessions.domain.person.following import following
from services.sessions.handlers.gate import time_zone_of
from services.sessions.handlers.person import survivor


async def gather_patient(command: OpenCourse, state: Course | None, reader: Reader) -> Ground:
    """Return whose course it is by now."""
    return Ground(patient_id=await survivor(command.patient_id, reader))


async def gather_zone(
    command: ScheduleCourse | ProgressCourse, state: Course | None, reader: Reader
) -> Ground:
    """Return the time zone whose days count at the course's clinic."""
    if state is None:
        return Ground()
    return Ground(time_zone=await time_zone_of(state.clinic_id, reader))


COURSE: Aggregate[Course, Command | Repoint, Event | RecordRepointed, Ground | None] = Aggregate(
    "course",
    following(DECIDER),
    Course,
    shape=3,
    gathers={
        OpenCourse: gather_patient,
        ScheduleCourse: gather_zone,
        ProgressCourse: gather_zone,
    },
)
