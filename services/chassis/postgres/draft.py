"""What a batch of events leads to, decided before anything is locked, and stored in one statement.

That statement stores all of it or nothing: only where every event is new and all that was read
still stands. Whatever else there is, the inbox's own transaction is for (ADR 16).
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.chassis.delivery import Delivery
from services.chassis.handling import (
    AnyAggregate,
    Invocation,
    Outcome,
    Owed,
    OwedToEach,
    VersionConflict,
)
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.each import owed_to_each
from services.chassis.postgres.facts import store_facts
from services.chassis.postgres.group import Loads
from services.chassis.postgres.means import Means
from services.chassis.postgres.memory import Recent
from services.chassis.postgres.pool import Connection, acquired
from services.chassis.postgres.reads import MustHold, Place, Reads
from services.chassis.postgres.unit_of_work import restored
from services.chassis.postgres.writing import Guard, Heard, Write, store_heard


@dataclass(slots=True)
class Draft:
    """The commands of one batch, worked out on what was last seen or is read without a lock.

    `searching` are the types of commands whose gathers search, which no version can hold still:
    with one of them there is no draft, and who is found out to be one is added.
    """

    means: Means
    searching: set[type[Any]]
    _loads: Loads = field(init=False)
    _slots: dict[Place, Slot] = field(default_factory=dict)
    _guards: dict[Place, Guard] = field(default_factory=dict)
    _writes: dict[Place, Write] = field(default_factory=dict)
    _looked: dict[Place, Guard] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._loads = Loads(self.means.pool)

    async def each(
        self, owed: Sequence[tuple[str, Sequence[Owed | OwedToEach]]]
    ) -> list[list[Owed]]:
        """Return what is owed in each chain, with every document found in the place of a search."""
        if not any(isinstance(one, OwedToEach) for _, some in owed for one in some):
            return [[one for one in some if isinstance(one, Owed)] for _, some in owed]
        async with acquired(self.means.pool) as connection:
            return await owed_to_each(connection, owed, self.means.clock.now())

    async def load(self, wanted: Sequence[tuple[AnyAggregate, str, str]]) -> None:
        """Take the documents (aggregate, chain, id) as last seen, the others in one read."""
        unseen: dict[Place, AnyAggregate] = {}
        for aggregate, chain_id, key in wanted:
            if seen := self.means.memory.slot(aggregate, chain_id, key):
                self._slots.setdefault((chain_id, key), seen)
            else:
                unseen[chain_id, key] = aggregate
        if unseen:
            keys = [(aggregate.name, *place, None) for place, aggregate in unseen.items()]
            rows = await self._loads.together(keys)
            for (place, aggregate), row in zip(unseen.items(), rows, strict=True):
                self._slots[place] = await restored(self.means, Slot(aggregate, *place), row)

    async def look(self, owed: Sequence[tuple[str, Owed]]) -> None:
        """Let what commands (chain, owed) read elsewhere be seen, all in one read.

        Asked one after the other as the commands run, each would wait for the store.
        """
        if self.searching.intersection(type(one.command) for _, one in owed):
            raise MustHold
        asking = [each for each in owed if type(each[1].command) in each[1].aggregate.gathers]
        if len(asking) > 1:
            await asyncio.gather(
                *(self._gathered(one, chain, self._looked) for chain, one in asking)
            )

    async def run(self, owed: Owed, call: Invocation) -> Outcome[Any]:
        """Decide `owed`; raises its refusal, or MustHold where it searches."""
        place = (call.chain_id, owed.key)
        slot = self._slots[place]
        facts = await self._gathered(owed, call.chain_id, self._guards)
        outcome = self.means.advance(slot, owed, facts, call, self.means.clock.now())
        if outcome.events:
            self._writes[place] = Write(slot, call, None)
        return outcome

    async def _gathered(self, owed: Owed, chain_id: str, guards: dict[Place, Guard]) -> object:
        kind = type(owed.command)
        if kind not in owed.aggregate.gathers:
            return None
        reads = Reads(self.means, self._loads, chain_id, True, self._slots, guards)
        state = self._slots[chain_id, owed.key].state
        try:
            return await owed.aggregate.gathers[kind](owed.command, state, reads)
        except MustHold:
            self.searching.add(kind)
            raise

    async def store(
        self, connection: Connection, durable: str, deliveries: Sequence[Delivery]
    ) -> bool:
        """Store everything, `deliveries` as heard; tell whether events were recorded.

        Raises asyncpg.SerializationError when something is not what it was believed to be.
        """
        heard = Heard.of(durable, deliveries)
        changed = [write.slot for write in self._writes.values()]
        if any(slot.facts for slot in changed):
            async with connection.transaction():
                await self._store(connection, heard)
                await store_facts(connection, changed)
        else:
            await self._store(connection, heard)
        for slot in changed:
            self.means.memory.keep(slot)
        return bool(changed)

    async def _store(self, connection: Connection, heard: Heard) -> None:
        # That nothing was left to do rests on what was read, too.
        own = {
            place: Guard(slot.aggregate.name, *place, slot.expected)
            for place, slot in self._slots.items()
        }
        if any(own.get(place, guard) != guard for place, guard in self._guards.items()):
            raise VersionConflict
        # What is written is held to its version by that. Of the others a command's own comes before
        # what it read, as in a transaction: who waits for the one holds nothing of the other.
        unchanged = [guard for place, guard in own.items() if place not in self._writes]
        read = [guard for place, guard in self._guards.items() if place not in own]
        guards = [*sorted(unchanged), *sorted(read)]
        await store_heard(connection, heard, list(self._writes.values()), guards)

    @property
    def places(self) -> Iterable[Place]:
        """Return chain and id of all that was read."""
        return (*self._slots, *self._guards, *self._looked)


@dataclass(frozen=True, slots=True)
class Drafts:
    """Which events of one durable are not worth a draft, since it would come to nothing."""

    searching: set[type[Any]] = field(default_factory=set)
    _heard: Recent[str, bool] = field(default_factory=Recent)
    _lines: Recent[str, bool] = field(default_factory=Recent)

    def worth(self, deliveries: Sequence[Delivery]) -> bool:
        """Tell whether a batch may be new, and in no parked line."""
        return not any(
            self._heard.get(d.event_id) or self._lines.get(d.aggregate_id) for d in deliveries
        )

    def heard(self, deliveries: Sequence[Delivery]) -> None:
        """Note that events were taken in."""
        for delivery in deliveries:
            self._heard.put(delivery.event_id, True)

    def parked(self, delivery: Delivery) -> None:
        """Note that an event's aggregate has a parked line."""
        self._lines.put(delivery.aggregate_id, True)

    def released(self, aggregate_id: str) -> None:
        """Note that an event came out of its line; one behind it says so itself."""
        self._lines.forget(aggregate_id)
