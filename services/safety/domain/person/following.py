"""How the records kept here follow a merged patient."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from services.chassis.kernel import CommandT, Decider, EventT, FactsT, StateT, extended
from services.safety.domain.person.commands import Repoint
from services.safety.domain.person.events import RecordRepointed


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
