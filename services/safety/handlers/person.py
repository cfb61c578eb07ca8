"""The person as an aggregate."""

from services.chassis.handling import Aggregate
from services.safety.domain.person.commands import Command
from services.safety.domain.person.decider import DECIDER
from services.safety.domain.person.events import Event
from services.safety.domain.person.model import Person

PERSON: Aggregate[Person, Command, Event, None] = Aggregate("person", DECIDER, Person)
