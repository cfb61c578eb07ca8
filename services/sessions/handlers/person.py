"""The person as an aggregate."""

from services.chassis.handling import Aggregate
from services.sessions.domain.person.commands import Command
from services.sessions.domain.person.decider import DECIDER
from services.sessions.domain.person.events import Event
from services.sessions.domain.person.model import Person

PERSON: Aggregate[Person, Command, Event, None] = Aggregate("person", DECIDER, Person)
