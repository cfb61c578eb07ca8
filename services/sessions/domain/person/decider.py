"""How a person decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from services.chassis.kernel import Decider, Fact, Forget
from services.sessions.domain.person.commands import (
    Command,
    FollowAgain,
    FollowMerge,
    ForgetPatient,
)
from services.sessions.domain.person.events import Event, MergeFollowed, PatientForgotten
from services.sessions.domain.person.model import Person


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept here of a patient, by id."""

    course_ids: tuple[str, ...] = ()
    session_ids: tuple[str, ...] = ()
    outcome_ids: tuple[str, ...] = ()
    reaction_ids: tuple[str, ...] = ()
    lot_ids: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        return any(getattr(self, each.name) for each in fields(self))


def decide(command: Command, state: Person | None, facts: Kept | None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    match command:
        case FollowMerge():
            assert facts is not None, "a merge is followed by what is kept"
            return followed(command, state, facts)
        case FollowAgain():
            if state is None or state.into_patient_id is None:
                return []
            assert facts is not None, "a merge is followed by what is kept"
            whose = (command.person_id, command.patient_id)
            return followed(FollowMerge(*whose, state.into_patient_id, command.at), state, facts)
        case ForgetPatient():
            return forgotten(command, state)


def followed(command: FollowMerge, state: Person | None, kept: Kept) -> list[Event]:
    """Return what follows a merge that is new here, or has something left to follow it."""
    known = state is not None and state.into_patient_id == command.into_patient_id
    if known and not kept.anything:
        return []
    return [
        MergeFollowed(
            person_id=command.person_id,
            patient_id=command.patient_id,
            into_patient_id=command.into_patient_id,
            course_ids=kept.course_ids,
            session_ids=kept.session_ids,
            outcome_ids=kept.outcome_ids,
            reaction_ids=kept.reaction_ids,
            lot_ids=kept.lot_ids,
            followed_at=command.at,
        )
    ]


def forgotten(command: ForgetPatient, state: Person | None) -> list[Event]:
    """Return the erasure of a patient who is not erased yet."""
    if state is not None and state.forgotten_at is not None:
        return []
    return [PatientForgotten(command.person_id, command.patient_id, command.at)]


def evolve(state: Person | None, event: Event) -> Person:
    """Return the state after `event`."""
    person = state or Person(event.person_id, event.patient_id, None, None)
    if isinstance(event, MergeFollowed):
        return replace(person, into_patient_id=event.into_patient_id)
    return replace(person, forgotten_at=event.forgotten_at)


def project(event: Event) -> Sequence[Fact]:
    """Return the destruction of an erased patient's key."""
    return [Forget(event.patient_id)] if isinstance(event, PatientForgotten) else []


DECIDER: Decider[Person, Command, Event, Kept | None] = Decider(decide, evolve, project)
