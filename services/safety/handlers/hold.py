"""The hold as an aggregate."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.safety.domain.hold.commands import CarryHold, PlaceHold
from services.safety.domain.hold.decider import Carried, Placing
from services.safety.domain.hold.model import Hold, HoldKind, HoldSubject
from services.safety.handlers.documents import CASES, HOLDS, Holds
from services.safety.handlers.person import survivor


async def gather_placing(command: PlaceHold, state: Hold | None, reader: Reader) -> Placing:
    """Return whether the named case, if any, is the chain's, and the subject as it is by now."""
    subject = command.subject.canonical()
    if subject.kind is HoldKind.PATIENT:
        subject = HoldSubject(subject.kind, await survivor(subject.subject_id, reader))
    case_known = command.case_id is None or await reader.get(CASES, command.case_id) is not None
    return Placing(case_known, subject)


async def gather_former(command: CarryHold, state: Hold | None, reader: Reader) -> Carried:
    """Return the hold on the duplicate."""
    former = await reader.get(HOLDS, command.former_hold_id)
    return Carried(former)


HOLD: Holds = replace(HOLDS, gathers={PlaceHold: gather_placing, CarryHold: gather_former})
