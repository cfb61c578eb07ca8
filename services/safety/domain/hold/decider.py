"""How a hold is placed and lifted."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel import Decider
from services.safety.domain.case.errors import CaseNotFound
from services.safety.domain.hold.commands import Command, LiftHold, PlaceHold
from services.safety.domain.hold.errors import HoldAlreadyLifted, HoldNotFound
from services.safety.domain.hold.events import Event, HoldLifted, HoldPlaced
from services.safety.domain.hold.model import Hold, HoldState


def decide(command: Command, state: Hold | None, case_known: bool | None) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal.

    `case_known` tells whether the case that a placing names is one of the chain's.
    """
    match command:
        case PlaceHold():
            return place(command, state, case_known is not False)
        case LiftHold():
            return [lift(command, state)]


def place(command: PlaceHold, state: Hold | None, case_known: bool) -> Sequence[Event]:
    """Return the placing; nothing for a hold that was placed before."""
    if state is not None:
        return []
    if not case_known:
        raise CaseNotFound
    return [
        HoldPlaced(
            hold_id=command.hold_id,
            subject=command.subject.canonical(),
            provisional=command.provisional,
            case_id=command.case_id,
            reason=command.reason,
            note=command.note,
            placed_at=command.at,
        )
    ]


def lift(command: LiftHold, state: Hold | None) -> HoldLifted:
    """Return the lifting, or refuse a hold that is not there or no longer holds."""
    if state is None:
        raise HoldNotFound
    if state.state is HoldState.LIFTED:
        raise HoldAlreadyLifted
    return HoldLifted(state.hold_id, state.subject, command.reason, command.at)


def evolve(state: Hold | None, event: Event) -> Hold:
    """Return the state after `event`."""
    match event:
        case HoldPlaced():
            return Hold(
                hold_id=event.hold_id,
                state=HoldState.ACTIVE,
                subject=event.subject,
                provisional=event.provisional,
                case_id=event.case_id,
                reason=event.reason,
                note=event.note,
                placed_at=event.placed_at,
            )
        case HoldLifted():
            assert state is not None, "a hold is placed before it is lifted"
            return replace(
                state,
                state=HoldState.LIFTED,
                lift_reason=event.reason,
                lifted_at=event.lifted_at,
            )


DECIDER: Decider[Hold, Command, Event, bool | None] = Decider(decide, evolve)
