"""An explicit transaction: for commands that hold other rows still or write fact rows, and for
batches of events."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeVar

import asyncpg

from services.chassis.clock import Clock
from services.chassis.handling import (
    Aggregate,
    AnyAggregate,
    Invocation,
    Outcome,
    Owed,
    OwedToEach,
    VersionConflict,
)
from services.chassis.messages import Contract
from services.chassis.postgres.advance import Advance, Slot
from services.chassis.postgres.each import owed_to_each
from services.chassis.postgres.facts import store_facts
from services.chassis.postgres.means import Means
from services.chassis.postgres.memory import Memory
from services.chassis.postgres.pool import Connection, transaction
from services.chassis.postgres.writing import (
    HELD_STILL,
    SQL,
    TO_CHANGE,
    Write,
    fill,
    read_statement,
    store_writes,
)

ReadT = TypeVar("ReadT")


@dataclass(slots=True)
class UnitOfWork:
    """The documents one transaction has loaded, changed, and not stored yet."""

    connection: Connection
    advance: Advance
    clock: Clock
    slots: dict[tuple[str, str], Slot] = field(default_factory=dict)
    _writes: dict[tuple[str, str], Write] = field(default_factory=dict)
    _shared: dict[tuple[str, str], Any] = field(default_factory=dict)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def open(self, owed: Owed, call: Invocation) -> Any:
        """Lock the document of `owed`; return its row and what its request id got before."""
        place = (call.chain_id, owed.key)
        row = await self.connection.fetchrow(
            read_statement((owed.aggregate.name,)),
            [call.chain_id],
            TO_CHANGE,
            [(0, *place, call.request_id)],
        )
        slot = self.slots[place] = Slot(owed.aggregate, *place)
        await restore(self.connection, self.advance.contract, slot, row)
        return row

    async def load(self, wanted: Sequence[tuple[AnyAggregate, str, str]]) -> None:
        """Lock the documents (aggregate, chain, id) to change them; sorted, one read per table."""
        by_name: dict[str, dict[tuple[str, str], AnyAggregate]] = {}
        for aggregate, chain_id, key in wanted:
            if (chain_id, key) not in self.slots:
                by_name.setdefault(aggregate.name, {})[chain_id, key] = aggregate
        for name, keys in sorted(by_name.items()):
            rows = await self.connection.fetch(
                read_statement((name,)),
                list({chain_id for chain_id, _ in keys}),
                TO_CHANGE,
                [(n, *key, None) for n, key in enumerate(keys)],
            )
            found = {row["n"]: row for row in rows}
            for n, ((chain_id, key), aggregate) in enumerate(keys.items()):
                slot = self.slots[chain_id, key] = Slot(aggregate, chain_id, key)
                await restore(self.connection, self.advance.contract, slot, found.get(n))

    async def each(
        self, owed: Sequence[tuple[str, Sequence[Owed | OwedToEach]]]
    ) -> list[list[Owed]]:
        """Return what is owed in each chain, with every document found in the place of a search."""
        return await owed_to_each(self.connection, owed, self.clock.now())

    async def look(self, owed: Sequence[tuple[str, Owed]]) -> None:
        """Look nothing up ahead: what is held still is locked as it is asked for."""

    async def run(self, owed: Owed, call: Invocation, answer: bytes | None = None) -> Outcome[Any]:
        """Decide `owed` on what is loaded; nothing is stored before `flush`."""
        await self.load([(owed.aggregate, call.chain_id, owed.key)])
        slot = self.slots[call.chain_id, owed.key]
        facts = None
        if gather := owed.aggregate.gathers.get(type(owed.command)):
            facts = await gather(owed.command, slot.state, _ChainReader(self, call.chain_id))
        outcome = self.advance(slot, owed, facts, call, self.clock.now())
        if outcome.events:
            self._writes[call.chain_id, owed.key] = Write(slot, call, answer)
        return outcome

    def answered(self, call: Invocation, key: str, answer: bytes) -> None:
        """Keep `answer` for the request id of `call`."""
        if write := self._writes.get((call.chain_id, key)):
            self._writes[call.chain_id, key] = Write(write.slot, call, answer)

    async def flush(self) -> None:
        """Store everything in one statement."""
        if self._writes:
            await store_all(self.connection, list(self._writes.values()))

    @property
    def recorded(self) -> bool:
        """Whether there are events to be told of."""
        return bool(self._writes)

    def remember(self, memory: Memory) -> None:
        """Let `memory` know what was stored; to be called after the commit."""
        for write in self._writes.values():
            memory.keep(write.slot)
            memory.keep_answered(write.call)


async def store_all(connection: Connection, writes: Sequence[Write]) -> None:
    """Store `writes` with their fact rows, all or none; to be called in a transaction."""
    try:
        done = await store_writes(connection, writes)
        if len(done) != len(writes):
            raise VersionConflict
        await store_facts(connection, [write.slot for write in writes])
    except asyncpg.IntegrityConstraintViolationError as error:
        raise refusal_of(error, writes) from error


def refusal_of(
    error: asyncpg.IntegrityConstraintViolationError, writes: Sequence[Write]
) -> Exception:
    """Return the refusal that an aggregate has declared for the constraint, or the error."""
    name = error.constraint_name or ""
    for write in writes:
        if refusal := write.slot.aggregate.constraints.get(name):
            return refusal()
    return error


@dataclass(frozen=True, slots=True)
class _ChainReader:
    """Reads other documents of one chain, held still (FOR SHARE) until the end."""

    uow: UnitOfWork
    chain_id: str

    async def get(self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str) -> ReadT | None:
        place = (self.chain_id, key)
        if slot := self.uow.slots.get(place):
            state: ReadT | None = slot.state
            return state
        # A gather may ask for several at once; a connection answers one at a time.
        async with self.uow._reading:
            if place not in self.uow._shared:
                self.uow._shared[place] = await self._held_still(aggregate, key)
        shared: ReadT | None = self.uow._shared[place]
        return shared

    async def _held_still(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str
    ) -> ReadT | None:
        slot = Slot(aggregate, self.chain_id, key)
        row = await self.uow.connection.fetchrow(
            read_statement((aggregate.name,)),
            [self.chain_id],
            HELD_STILL,
            [(0, self.chain_id, key, None)],
        )
        await restore(self.uow.connection, self.uow.advance.contract, slot, row)
        state: ReadT | None = slot.state
        return state

    async def find(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], column: str, value: str
    ) -> Sequence[ReadT]:
        """Stored rows give way to what this transaction has loaded or changed since."""
        connection, own = self.uow.connection, self._own(aggregate)
        await connection.execute(SQL.enter, [self.chain_id])
        statement = SQL.documents_by.format(table=aggregate.name, column=column)
        found = {k: v for k, v in own.items() if str(getattr(v, column)) == value}
        for row in await connection.fetch(statement, self.chain_id, value):
            slot = Slot(aggregate, self.chain_id, str(row["id"]))
            if slot.key not in own:
                await restore(connection, self.uow.advance.contract, slot, row)
                found[slot.key] = slot.state
        return list(found.values())

    async def ids(self, aggregate: AnyAggregate, column: str, value: str) -> Sequence[str]:
        asked = ([self.chain_id], aggregate.name, column, [value])
        rows = await self.uow.connection.fetch(SQL.found, *asked)
        return [str(row["id"]) for row in rows]

    def _own(self, aggregate: Aggregate[ReadT, Any, Any, Any]) -> dict[str, ReadT]:
        return {
            slot.key: slot.state
            for slot in self.uow.slots.values()
            if (slot.chain_id, slot.aggregate.name) == (self.chain_id, aggregate.name)
            and slot.state is not None
        }


async def restore(
    connection: Connection,
    contract: Contract,
    slot: Slot,
    row: Any,
) -> None:
    """Fill `slot` from its row; a state of another shape is folded anew from the journal."""
    if row is None or row["version"] is None or row["shape"] == slot.aggregate.shape:
        fill(slot, row)
        return
    slot.expected, slot.head = row["version"], row["head_hash"]
    slot.version = row["version"]
    slot.state = await refold(connection, contract, slot)


async def restored(means: Means, slot: Slot, row: Any) -> Slot:
    """Return `slot` filled from its row, outside of any transaction."""
    if row["version"] is not None and row["shape"] != slot.aggregate.shape:
        async with transaction(means.pool) as connection:
            await connection.execute(SQL.enter, [slot.chain_id])
            await restore(connection, means.advance.contract, slot, row)
    else:
        fill(slot, row)
    return slot


async def refold(connection: Connection, contract: Contract, slot: Slot) -> Any:
    """Return the state that the journal of `slot` folds to."""
    entries = await connection.fetch(SQL.entries_of, slot.chain_id, slot.key)
    events = [contract.decode(row["type"], row["payload"]) for row in entries]
    return reduce(slot.aggregate.decider.evolve, events, None)
