"""The hold as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.safety.domain.hold.commands import CarryHold, Command, PlaceHold
from services.safety.domain.hold.decider import DECIDER, Carried, Facts, Placing
from services.safety.domain.hold.events import Event
from services.safety.domain.hold.model import Hold, HoldKind, HoldSubject
from services.safety.handlers.case import CASE
from services.safety.handlers.person import survivor


async def gather_placing(command: PlaceHold, state: Hold | None, reader: Reader) -> Placing:
    """Return whether the named case, if any, is the chain's, and the subject as it is by now."""
    subject = command.subject.canonical()
    if subject.kind is HoldKind.PATIENT:
        subject = HoldSubject(subject.kind, await survivor(subject.subject_id, reader))
    case_known = command.case_id is None or await reader.get(CASE, command.case_id) is not None
    return Placing(case_known, subject)


async def gather_former(command: CarryHold, state: Hold | None, reader: Reader) -> Carried:
    """Return the hold on the duplicate."""
    former = await reader.get(HOLD, command.former_hold_id)
    return Carried(former)


HOLD: Aggregate[Hold, Command, Event, Facts] = Aggregate(
    "hold", DECIDER, Hold, gathers={PlaceHold: gather_placing, CarryHold: gather_former}
)
