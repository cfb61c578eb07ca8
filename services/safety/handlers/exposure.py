"""The exposure as an aggregate, one for each session."""

from services.chassis.handling import Aggregate
from services.safety.domain.exposure.commands import Command
from services.safety.domain.exposure.decider import DECIDER
from services.safety.domain.exposure.events import Event
from services.safety.domain.exposure.model import Exposure

EXPOSURE: Aggregate[Exposure, Command, Event, None] = Aggregate("exposure", DECIDER, Exposure)
