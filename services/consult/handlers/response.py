"""A plan's response as an aggregate."""

from services.chassis.handling import Aggregate
from services.consult.domain.response.commands import Command
from services.consult.domain.response.decider import DECIDER
from services.consult.domain.response.events import Event
from services.consult.domain.response.model import Response

RESPONSE: Aggregate[Response, Command, Event, None] = Aggregate("response", DECIDER, Response)
