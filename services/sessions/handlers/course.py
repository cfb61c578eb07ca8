"""The course as an aggregate."""

from services.chassis.handling import Aggregate
from services.sessions.domain.course.commands import Command
from services.sessions.domain.course.decider import DECIDER
from services.sessions.domain.course.events import Event
from services.sessions.domain.course.model import Course

COURSE: Aggregate[Course, Command, Event, None] = Aggregate("course", DECIDER, Course, shape=2)
