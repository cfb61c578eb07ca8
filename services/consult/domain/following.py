"""How consultations and plans follow a merged patient."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from services.chassis.kernel import CommandT, Decider, EventT, FactsT, StateT, extended


@dataclass(frozen=True, slots=True)
class Repoint:
    """Let a record follow its patient's into the one that this was merged into."""

    record_id: str
    into_patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordRepointed:
    """A consultation or a plan belongs to the record that its patient's was merged into."""

    record_id: str
    patient_id: str
    former_patient_id: str
    repointed_at: datetime


def following(
    decider: Decider[StateT, CommandT, EventT, FactsT], field: str = "patient_id"
) -> Decider[StateT, CommandT | Repoint, EventT | RecordRepointed, FactsT]:
    """Return `decider` with one command more: a merged patient's record follows, in `field`."""

    def decide(command: Repoint, state: StateT | None) -> Sequence[RecordRepointed]:
        return repointed(command, None if state is None else getattr(state, field))

    def evolve(state: StateT, event: RecordRepointed) -> StateT:
        return cast(StateT, replace(cast(Any, state), **{field: event.patient_id}))

    return extended(decider, Repoint, decide, RecordRepointed, evolve)


def repointed(command: Repoint, patient_id: str | None) -> Sequence[RecordRepointed]:
    """Return the move; nothing where there is no record, or it is there already."""
    if patient_id in (None, command.into_patient_id):
        return []
    return [
        RecordRepointed(
            record_id=command.record_id,
            patient_id=command.into_patient_id,
            former_patient_id=str(patient_id),
            repointed_at=command.at,
        )
    ]
