"""How a hold is placed and lifted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.chassis.kernel import Decider
from services.safety.domain.case.errors import CaseNotFound
from services.safety.domain.hold.commands import CarryHold, Command, LiftHold, PlaceHold
from services.safety.domain.hold.errors import HoldAlreadyLifted, HoldNotFound
from services.safety.domain.hold.events import Event, HoldLifted, HoldPlaced
from services.safety.domain.hold.model import Hold, HoldKind, HoldState, HoldSubject


@dataclass(frozen=True, slots=True)
class Placing:
    """Whether the case that a placing names is one of the chain's, and what it holds by now."""

    case_known: bool
    subject: HoldSubject


@dataclass(frozen=True, slots=True)
class Carried:
    """The hold on the duplicate; None of one that is not there."""

    hold: Hold | None


Facts = Placing | Carried | None


def decide(command: Command, state: Hold | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command:
        case PlaceHold():
            assert isinstance(facts, Placing), "a placing asks what it holds by now"
            return place(command, state, facts)
        case CarryHold():
            assert isinstance(facts, Carried), "a carried hold has one that it comes from"
            return carry(command, state, facts.hold)
        case LiftHold():
            return [lift(command, state)]


def place(command: PlaceHold, state: Hold | None, facts: Placing) -> Sequence[Event]:
    """Return the placing; nothing for a hold that was placed before."""
    if state is not None:
        return []
    if not facts.case_known:
        raise CaseNotFound
    return [
        HoldPlaced(
            hold_id=command.hold_id,
            subject=facts.subject,
            provisional=command.provisional,
            case_id=command.case_id,
            reason=command.reason,
            note=command.note,
            placed_at=command.at,
        )
    ]


def carry(command: CarryHold, state: Hold | None, former: Hold | None) -> Sequence[Event]:
    """Return the hold on the survivor; nothing where the duplicate's no longer holds.

    The note stays with the duplicate's hold: it is sealed for that record and opens nowhere else.
    """
    if state is not None or former is None or former.state is HoldState.LIFTED:
        return []
    return [
        HoldPlaced(
            hold_id=command.hold_id,
            subject=HoldSubject(HoldKind.PATIENT, command.into_patient_id).canonical(),
            provisional=former.provisional,
            case_id=former.case_id,
            reason=former.reason,
            note=None,
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


DECIDER: Decider[Hold, Command, Event, Facts] = Decider(decide, evolve)
