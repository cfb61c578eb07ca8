"""What a chain signed on top of the reference data, as an aggregate."""

from services.chassis.handling import Aggregate
from services.consult.domain.formulary.commands import Command
from services.consult.domain.formulary.decider import DECIDER
from services.consult.domain.formulary.events import Event
from services.consult.domain.formulary.model import Changes

FORMULARY: Aggregate[Changes, Command, Event, None] = Aggregate("formulary", DECIDER, Changes)
