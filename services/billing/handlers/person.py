"""The person as an aggregate."""

from services.billing.domain.person.commands import Command
from services.billing.domain.person.decider import DECIDER
from services.billing.domain.person.events import Event
from services.billing.domain.person.model import Person
from services.chassis.handling import Aggregate

PERSON: Aggregate[Person, Command, Event, None] = Aggregate("person", DECIDER, Person)
