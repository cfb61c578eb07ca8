"""The hold as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.safety.domain.hold.commands import Command, PlaceHold
from services.safety.domain.hold.decider import DECIDER
from services.safety.domain.hold.events import Event
from services.safety.domain.hold.model import Hold
from services.safety.handlers.case import CASE


async def gather_case(command: PlaceHold, state: Hold | None, reader: Reader) -> bool:
    """Tell whether the case that the hold names, if it names one, is one of the chain's."""
    return command.case_id is None or await reader.get(CASE, command.case_id) is not None


HOLD: Aggregate[Hold, Command, Event, bool | None] = Aggregate(
    "hold", DECIDER, Hold, gathers={PlaceHold: gather_case}
)
