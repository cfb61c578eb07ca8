"""How a person decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.billing.domain.person.commands import (
    Command,
    FollowAgain,
    FollowMerge,
    ForgetPatient,
)
from services.billing.domain.person.events import Event, MergeFollowed, PatientForgotten
from services.billing.domain.person.model import Person
from services.chassis.kernel import Decider, Fact, Forget


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a patient, by id."""

    quote_ids: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()
    invoice_ids: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        return not (self.quote_ids or self.account_ids or self.invoice_ids)


def decide(command: Command, state: Person | None, kept: Kept | None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    kept = kept or Kept()
    match command:
        case FollowMerge():
            known = state is not None and state.into_patient_id == command.into_patient_id
            return [] if known and kept.nothing else [followed(command, kept)]
        case FollowAgain():
            if state is None or state.into_patient_id is None or kept.nothing:
                return []
            whose = (command.person_id, command.patient_id)
            return [followed(FollowMerge(*whose, state.into_patient_id, command.at), kept)]
        case ForgetPatient():
            if state is not None and state.forgotten_at is not None:
                return []
            return [PatientForgotten(command.person_id, command.patient_id, command.at)]


def followed(command: FollowMerge, kept: Kept) -> MergeFollowed:
    """Return the merge with all that has to follow it; it is known even where nothing has to."""
    return MergeFollowed(
        person_id=command.person_id,
        patient_id=command.patient_id,
        into_patient_id=command.into_patient_id,
        quote_ids=kept.quote_ids,
        account_ids=kept.account_ids,
        invoice_ids=kept.invoice_ids,
        followed_at=command.at,
    )


def evolve(state: Person | None, event: Event) -> Person:
    """Return the person after `event`."""
    before = state or Person(event.person_id, event.patient_id, None, None)
    match event:
        case MergeFollowed():
            return replace(before, into_patient_id=event.into_patient_id)
        case PatientForgotten():
            return replace(before, forgotten_at=event.forgotten_at)


def project(event: Event) -> Sequence[Fact]:
    """Return what is forgotten: whatever was ever sealed here for the person."""
    return [Forget(event.patient_id)] if isinstance(event, PatientForgotten) else []


DECIDER: Decider[Person, Command, Event, Kept | None] = Decider(decide, evolve, project)
