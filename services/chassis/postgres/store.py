"""The store of one service: commands once per request id, reads of one chain, audit."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import asyncpg

from services.chassis.handling import (
    Aggregate,
    Invocation,
    Outcome,
    Owed,
    Page,
    PageQuery,
    RequestIdReused,
    StoreUnavailable,
    VersionConflict,
    Versioned,
)
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.codec import from_jsonb, to_jsonb
from services.chassis.postgres.group import Flusher, Group, Loads
from services.chassis.postgres.means import Means
from services.chassis.postgres.pool import acquired, transaction
from services.chassis.postgres.reads import MustHold, Reads
from services.chassis.postgres.unit_of_work import UnitOfWork, restored, store_all
from services.chassis.postgres.writing import SQL, Write

StateT = TypeVar("StateT")
Answer = Callable[[Outcome[Any]], bytes]
CONFLICT_TRIES = 4


@dataclass(slots=True)
class PostgresStore:
    """Implements handling.Store."""

    means: Means
    _loads: Loads = field(init=False)
    _writes: Group[Write, bool] = field(init=False)
    _searching: set[type[Any]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._loads = Loads(self.means.pool)
        self._writes = Group(Flusher(self.means.pool))

    async def handle(self, owed: Owed, invocation: Invocation, answer: Answer) -> bytes:
        """Run the command once per request id and return the answer's bytes.

        A version conflict is tried again, three times; then a stale etag is refused as such.
        """
        run = self._explicit if type(owed.command) in self._searching else self._freely
        for attempt in range(1, CONFLICT_TRIES + 1):
            try:
                return await run(owed, invocation, answer)
            except asyncpg.UniqueViolationError:
                # Another call with this request id won; the next round finds its answer.
                if attempt == CONFLICT_TRIES:
                    raise VersionConflict from None
            except MustHold:
                self._searching.add(type(owed.command))
                run = self._explicit
            except (VersionConflict, asyncpg.DeadlockDetectedError):
                if attempt == CONFLICT_TRIES:
                    raise VersionConflict from None
                # Many change this: from here on it waits its turn and holds what it reads.
                run = self._explicit
        raise AssertionError("unreachable")

    async def _freely(self, owed: Owed, call: Invocation, answer: Answer) -> bytes:
        reply = await self._remembered(owed, call, answer)
        return reply if reply is not None else await self._grouped(owed, call, answer)

    async def _remembered(self, owed: Owed, call: Invocation, answer: Answer) -> bytes | None:
        """Decide on what was last seen, and store it if all of that still stands; else None.

        What would be refused, or change nothing, is decided anew on what is stored: a refusal
        never rests on a memory.
        """
        memory = self.means.memory
        slot = memory.slot(owed.aggregate, call.chain_id, owed.key)
        if slot is None or memory.answered(call):
            return None
        reads = self._reads(call, remembered=True)
        try:
            outcome = await self._decide(slot, owed, call, reads)
            if outcome.events:
                return await self._stored(slot, call, answer(outcome), reads)
        except (StoreUnavailable, MustHold):
            raise
        except Exception:
            memory.forget([(call.chain_id, owed.key), *reads.places])
        return None

    async def _grouped(self, owed: Owed, call: Invocation, answer: Answer) -> bytes:
        row = await self._loads.load(
            (owed.aggregate.name, call.chain_id, owed.key, call.request_id)
        )
        if (earlier := earlier_answer(row, call)) is not None:
            return earlier
        slot = await restored(self.means, Slot(owed.aggregate, call.chain_id, owed.key), row)
        reads = self._reads(call)
        outcome = await self._decide(slot, owed, call, reads)
        reply = answer(outcome)
        if outcome.events:
            await self._stored(slot, call, reply, reads)
        return reply

    def _reads(self, call: Invocation, *, remembered: bool = False) -> Reads:
        return Reads(self.means, self._loads, call.chain_id, remembered)

    async def _decide(self, slot: Slot, owed: Owed, call: Invocation, reads: Reads) -> Outcome[Any]:
        gather = owed.aggregate.gathers.get(type(owed.command))
        facts = await gather(owed.command, slot.state, reads) if gather else None
        return self.means.advance(slot, owed, facts, call, self.means.clock.now())

    async def _stored(self, slot: Slot, call: Invocation, reply: bytes, reads: Reads) -> bytes:
        await self._store(Write(slot, call, reply, tuple(reads.guards.values())))
        self.means.memory.keep(slot)
        self.means.memory.keep_answered(call)
        self.means.committed.set()
        return reply

    async def _store(self, write: Write) -> None:
        """Store in a group, or with its fact rows in a transaction of its own."""
        if write.slot.facts:
            async with transaction(self.means.pool) as connection:
                await store_all(connection, [write])
        elif not await self._writes.submit(write):
            raise VersionConflict

    async def _explicit(self, owed: Owed, call: Invocation, answer: Answer) -> bytes:
        async with transaction(self.means.pool) as connection:
            uow = UnitOfWork(connection, self.means.advance, self.means.clock)
            if (earlier := earlier_answer(await uow.open(owed, call), call)) is not None:
                return earlier
            outcome = await uow.run(owed, call)
            reply = answer(outcome)
            uow.answered(call, owed.key, reply)
            await uow.flush()
        if uow.recorded:
            uow.remember(self.means.memory)
            self.means.committed.set()
        return reply

    async def get(
        self, chain_id: str, aggregate: Aggregate[StateT, Any, Any, Any], key: str
    ) -> Versioned[StateT] | None:
        row = await self._loads.load((aggregate.name, chain_id, key, None))
        if row["version"] is None:
            return None
        slot = await restored(self.means, Slot(aggregate, chain_id, key), row)
        return Versioned(slot.state, slot.version)

    async def page(
        self, chain_id: str, aggregate: Aggregate[StateT, Any, Any, Any], query: PageQuery
    ) -> Page[StateT]:
        async with acquired(self.means.pool) as connection:
            rows = await connection.fetch(
                SQL.page,
                chain_id,
                aggregate.name,
                to_jsonb(dict(query.filters)),
                None if query.clinics is None else sorted(query.clinics),
                query.after,
                query.size + 1,
            )
        items = [
            Versioned(from_jsonb(row["state"], aggregate.state), row["version"])
            if row["shape"] == aggregate.shape
            else await self.get(chain_id, aggregate, str(row["id"]))
            for row in rows[: query.size]
        ]
        more = len(rows) > query.size
        after = str(rows[query.size - 1]["id"]) if more else None
        return Page([item for item in items if item is not None], after)

    async def audit(self, call: Invocation, subject_id: str, verdict: str) -> None:
        """Record who asked what and what was said, in a transaction of its own."""
        async with transaction(self.means.pool) as connection:
            await connection.execute(SQL.enter, [call.chain_id])
            await connection.execute(
                SQL.audit,
                call.chain_id,
                call.actor,
                call.method,
                subject_id,
                verdict,
                call.request_id,
                call.at,
            )


def earlier_answer(row: Any, call: Invocation) -> bytes | None:
    """Return the answer this request id got before; refuse it for another request."""
    if row["answer"] is None:
        return None
    if row["method"] != call.method or not hmac.compare_digest(
        row["fingerprint"], call.fingerprint
    ):
        raise RequestIdReused
    answer: bytes = row["answer"]
    return answer
