"""How a record is opened to a further clinic of its chain, where the treatment goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from services.chassis.kernel import CommandT, Decider, EventT, FactsT, StateT, extended


@dataclass(frozen=True, slots=True)
class ShareRecord:
    """Let a further clinic reach a record; harmless where it does."""

    record_id: str
    at: datetime
    clinic_id: str


@dataclass(frozen=True, slots=True)
class RecordShared:
    """A further clinic reaches a record, which stays with the clinic that it is of."""

    record_id: str
    patient_id: str
    clinic_id: str
    shared_at: datetime


def sharing(
    decider: Decider[StateT, CommandT, EventT, FactsT],
) -> Decider[StateT, CommandT | ShareRecord, EventT | RecordShared, FactsT]:
    """Return `decider` with one command more: a further clinic reaches the record."""

    def decide(command: ShareRecord, state: StateT | None) -> Sequence[RecordShared]:
        return shared(command, state)

    def evolve(state: StateT, event: RecordShared) -> StateT:
        record = cast(Any, state)
        further = (*record.further_clinic_ids, event.clinic_id)
        return cast(StateT, replace(record, further_clinic_ids=further))

    return extended(decider, ShareRecord, decide, RecordShared, evolve)


def shared(command: ShareRecord, record: Any) -> Sequence[RecordShared]:  # noqa: ANN401 - any record
    """Return the opening; nothing where there is no record, or the clinic reaches it."""
    if record is None or command.clinic_id in (record.clinic_id, *record.further_clinic_ids):
        return []
    return [RecordShared(command.record_id, record.patient_id, command.clinic_id, command.at)]
