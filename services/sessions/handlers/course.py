"""The course as an aggregate, and what its commands must know."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.sessions.domain.course.commands import (
    OpenCourse,
    ProgressCourse,
    ScheduleCourse,
)
from services.sessions.domain.course.facts import Ground
from services.sessions.domain.course.model import Course
from services.sessions.handlers.documents import COURSES, Courses
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


COURSE: Courses = replace(
    COURSES,
    gathers={
        OpenCourse: gather_patient,
        ScheduleCourse: gather_zone,
        ProgressCourse: gather_zone,
    },
)
