"""relay_drain: a backlog of committed events to the broker, against publishing rows pipelined.

Ours numbers them first (the sequencer), and moves a cursor instead of deleting rows.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import asyncpg

from services.chassis.delivery import Cursor, FeedItem, FeedSource
from services.chassis.jetstream.connection import connected
from services.chassis.jetstream.relay import Relay
from services.chassis.postgres.feed import Feed, run_sequencer
from services.chassis.postgres.pool import open_pool
from services.chassis.signals import Signal
from tests.bench.floor import relay
from tests.bench.floor.rows import SCHEMA
from tests.bench.measure import Effort, Line, Round, Sample, at_rate, rates
from tests.bench.ours import until, untold, without_stream
from tests.bench.stage import Stage

DATABASE = "drain"
# Whose events these are: its stream is filled in its stead, while it does not run.
SERVICE = "consult"
PAYLOAD = b"\x5a" * 600
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
FILL = """
TRUNCATE chassis.journal, chassis.outbox, chassis.feed, chassis.relay;
UPDATE chassis.sequencer SET feed_no = 0;
"""
COMMITTED = """
WITH added AS (
    INSERT INTO chassis.journal (event_id, chain_id, aggregate, aggregate_id, version, type,
        payload, actor, correlation_id, traceparent, occurred_at, recorded_at, hash)
    SELECT gen_random_uuid(), $1, 'patient', gen_random_uuid(), 1,
        'mesoflow.consult.v1.HistoryRecorded', $2, 'bench', gen_random_uuid(), $3, now(), now(), $4
    FROM generate_series(1, $5::int) RETURNING position)
INSERT INTO chassis.outbox SELECT position FROM added
"""
FLOOR_FILL = """
INSERT INTO outbox (id, subject, traceparent, payload)
SELECT gen_random_uuid(), 'floor.drained', $1, $2 FROM generate_series(1, $3::int)
"""
CHAIN = "0190a000-0000-7000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Watched:
    """The feed, telling when the cursor has reached `last`."""

    feed: FeedSource
    last: int
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def after(self, feed_no: int, most: int) -> Sequence[FeedItem]:
        return await self.feed.after(feed_no, most)

    async def cursor(self, stream: str, created: str) -> Cursor:
        return await self.feed.cursor(stream, created)

    async def move(self, stream: str, before: Cursor, after: Cursor) -> bool:
        moved = await self.feed.move(stream, before, after)
        if after.feed_no >= self.last:
            self.reached.set()
        return moved


def relay_drain(stage: Stage, effort: Effort) -> Iterator[Line]:
    """Yield the one line."""
    stage.serve()
    stage.migrated(SERVICE, DATABASE)
    floor = stage.database("floor_drain", SCHEMA)
    count = effort.events
    rounds = [
        Round(stage.run(_ours(stage, count)), stage.run(_floor(stage, floor, count)))
        for _ in range(effort.rounds)
    ]
    yield rates("relay_drain", None, rounds)


async def _ours(stage: Stage, count: int) -> Sample:
    await _commit(stage, count)
    async with (
        await open_pool(stage.stack.postgres.url("relay", DATABASE), 4) as pool,
        connected(stage.stack.nats.url, "bench") as client,
    ):
        await without_stream(client, SERVICE.upper())
        feed, committed, sequenced = Feed(pool), Signal(), Signal()
        watched = Watched(feed, count)
        took = await until(
            watched.reached,
            run_sequencer(feed, committed, sequenced),
            Relay(client, SERVICE, watched, sequenced, untold()).run(),
        )
        info = await client.jetstream().stream_info(SERVICE.upper())
        assert info.state.messages == count, "each event is there once"
    return at_rate(count, took)


async def _commit(stage: Stage, count: int) -> None:
    connection = await asyncpg.connect(stage.stack.postgres.url("superuser", DATABASE))
    try:
        await connection.execute(FILL)
        await connection.execute(COMMITTED, CHAIN, PAYLOAD, TRACEPARENT, b"\0" * 32, count)
    finally:
        await connection.close()


async def _floor(stage: Stage, database: str, count: int) -> Sample:
    async with (
        asyncpg.create_pool(database, min_size=1, max_size=1) as pool,
        connected(stage.stack.nats.url, "bench") as client,
    ):
        await pool.execute("TRUNCATE outbox")
        await pool.execute(FLOOR_FILL, TRACEPARENT, PAYLOAD, count)
        await without_stream(client, relay.STREAM)
        done = asyncio.Event()

        async def drained() -> None:
            await relay.declare(client)
            publisher = relay.Publisher(client)
            await publisher.start()
            assert await relay.drain(pool, publisher) == count
            done.set()

        return at_rate(count, await until(done, drained()))
