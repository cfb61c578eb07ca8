"""One command on one document, worked out in memory: decide, fold, journal entries, hashes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from typing import Any

from services.chassis.clock import Ids, spelled
from services.chassis.handling import (
    AnyAggregate,
    ClinicForbidden,
    EtagMismatch,
    Invocation,
    Outcome,
    Owed,
    reached,
)
from services.chassis.kernel import Fact
from services.chassis.messages import Contract
from services.chassis.postgres.journal import GENESIS, Entry, hash_chain


@dataclass(slots=True)
class Slot:
    """A document as loaded and as changed since, with what must be stored for it."""

    aggregate: AnyAggregate
    chain_id: str
    key: str
    state: Any = None
    expected: int = 0
    version: int = 0
    head: bytes = GENESIS
    entries: list[Entry] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Advance:
    """What stepping needs beside the command: ids, and the published language."""

    ids: Ids
    contract: Contract

    def __call__(
        self, slot: Slot, owed: Owed, facts: object, call: Invocation, recorded_at: datetime
    ) -> Outcome[Any]:
        """Decide `owed` on `slot` and take its events in; raise the refusal otherwise."""
        if call.expected_version is not None and call.expected_version != slot.version:
            raise EtagMismatch(version=str(slot.version))
        if not reached(call.clinics, slot.state, not slot.aggregate.further_only_read):
            raise ClinicForbidden
        decider = slot.aggregate.decider
        events = decider.decide(owed.command, slot.state, facts)
        if events:
            slot.state = reduce(decider.evolve, events, slot.state)
            self._record(slot, events, call, recorded_at)
        return Outcome(slot.key, slot.version, slot.state, events)

    def _record(
        self, slot: Slot, events: Sequence[object], call: Invocation, recorded_at: datetime
    ) -> None:
        entries = [
            self._entry(slot, slot.version + n, event, call, recorded_at)
            for n, event in enumerate(events, 1)
        ]
        hashes = hash_chain(slot.head, entries)
        slot.entries += entries
        slot.hashes += hashes
        slot.version, slot.head = entries[-1].version, hashes[-1]
        if project := slot.aggregate.decider.project:
            slot.facts += [fact for event in events for fact in project(event)]

    def _entry(
        self, slot: Slot, version: int, event: object, call: Invocation, recorded_at: datetime
    ) -> Entry:
        name, payload = self.contract.encode(event)
        event_id = self.ids.new()
        return Entry(
            event_id=event_id,
            chain_id=slot.chain_id,
            aggregate=slot.aggregate.name,
            aggregate_id=slot.key,
            version=version,
            type=name,
            payload=payload,
            actor=call.actor,
            request_id=call.request_id,
            cause_id=call.cause_id,
            correlation_id=correlation_of(call.traceparent) or event_id,
            traceparent=call.traceparent,
            occurred_at=call.at,
            recorded_at=recorded_at,
        )


def correlation_of(traceparent: str | None) -> str | None:
    """Return the trace id, which goes from cause to consequence, as the id they share."""
    parts = (traceparent or "").split("-")
    return spelled(parts[1]) if len(parts) == 4 else None
