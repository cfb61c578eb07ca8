"""consumer: what sessions does about registered patients, against a bare batched consumer.

Both hear the same stream in batches of a hundred, in one transaction each: inbox, the state of
what the message is about, and a row of its own event, of equal bytes. Ours also guards the order
of versions, keeps the hash chain and works under row-level security.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
from nats.aio.client import Client

from mesoflow.clinical.v1 import patient_pb2
from mesoflow.consult.v1 import events_pb2
from services.chassis.clock import Ids
from services.chassis.delivery import Answering, Delivery, FeedItem, Hearing
from services.chassis.jetstream.connection import connected
from services.chassis.jetstream.consumer import Consumer
from services.chassis.jetstream.publisher import Publisher
from services.chassis.jetstream.streams import declare_stream
from services.chassis.postgres.inbox import Inbox
from services.sessions.events.consumers import HEARINGS
from services.sessions.events.published import CONTRACT
from tests.bench.floor.consumer import Hearer
from tests.bench.floor.rows import SCHEMA
from tests.bench.measure import Effort, Line, Round, Sample, at_rate, rates
from tests.bench.ours import means_on, until, without_stream
from tests.bench.stage import Stage

DATABASE = "hearing"
CHAIN = str(uuid4())
PUBLISHED_TOGETHER = 500
FETCHED_TOGETHER = 100
FETCH_SECONDS = 5.0
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
HEARING: Hearing = next(each for each in HEARINGS if each.source == "consult")
EMPTY = """
TRUNCATE public.gate, chassis.journal, chassis.outbox, chassis.feed, chassis.inbox, chassis.heard
"""
SIZES = """
SELECT pg_column_size(g.state), octet_length(j.payload)
FROM public.gate g JOIN chassis.journal j ON j.chain_id = g.chain_id AND j.aggregate_id = g.id
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Answers, and tells when it has answered `count`."""

    answer: Answering
    count: int
    done: asyncio.Event = field(default_factory=asyncio.Event)
    _heard: list[int] = field(default_factory=lambda: [0])

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        await self.answer(deliveries)
        self._heard[0] += len(deliveries)
        if self._heard[0] >= self.count:
            self.done.set()


def consumer(stage: Stage, effort: Effort) -> Iterator[Line]:
    """Yield the one line."""
    stage.serve()
    stage.migrated("sessions", DATABASE)
    floor = stage.database("floor_hearing", SCHEMA)
    stage.run(_publish(stage, effort.events))
    rounds = []
    for _ in range(effort.rounds):
        ours, sizes = stage.run(_ours(stage, effort.events))
        rounds.append(Round(ours, stage.run(_floor(stage, floor, effort.events, sizes))))
    yield rates("consumer", None, rounds)


def registered(number: int) -> FeedItem:
    """Return what consult's feed holds of a registered patient."""
    event = events_pb2.PatientRegistered(
        patient_id=Ids().new(),
        clinic_id=Ids().new(),
        vital_status=patient_pb2.VITAL_STATUS_ALIVE,
        age_band=patient_pb2.AGE_BAND_ADULT,
        pregnancy_potential=patient_pb2.PREGNANCY_POTENTIAL_NOT_ASKED,
    )
    now = datetime.now(UTC)
    event.registered_at.FromDatetime(now)
    return FeedItem(
        feed_no=number,
        chain_id=CHAIN,
        event_id=Ids().new(),
        aggregate="patient",
        aggregate_id=event.patient_id,
        version=1,
        type=event.DESCRIPTOR.full_name,
        payload=event.SerializeToString(),
        traceparent=TRACEPARENT,
        occurred_at=now,
        recorded_at=now,
    )


async def _publish(stage: Stage, count: int) -> None:
    """Fill consult's stream, in consult's stead."""
    async with connected(stage.stack.nats.url, "bench") as client:
        await without_stream(client, HEARING.stream)
        await declare_stream(client.jetstream(), HEARING.source)
        publisher = Publisher(client)
        await publisher.start()
        items = [registered(number) for number in range(1, count + 1)]
        for start in range(0, count, PUBLISHED_TOGETHER):
            await publisher.publish(items[start : start + PUBLISHED_TOGETHER])


async def _ours(stage: Stage, count: int) -> tuple[Sample, tuple[int, int]]:
    connection = await asyncpg.connect(stage.stack.postgres.url("superuser", DATABASE))
    try:
        await connection.execute(EMPTY)
        async with (
            means_on(stage, DATABASE, CONTRACT) as means,
            connected(stage.stack.nats.url, "bench") as client,
        ):
            counted = Counted(Inbox(means, HEARING), count)
            took = await until(counted.done, Consumer(client, HEARING, counted, {}).run())
            await client.jetstream().delete_consumer(HEARING.stream, HEARING.durable)
        gates = await connection.fetchval("SELECT count(*) FROM public.gate")
        assert gates == count, "each was heard, once"
        row = await connection.fetchrow(SIZES)
        assert row is not None, "there are gates"
        return at_rate(count, took), (row[0], row[1])
    finally:
        await connection.close()


async def _floor(stage: Stage, database: str, count: int, sizes: tuple[int, int]) -> Sample:
    async with (
        asyncpg.create_pool(database, min_size=2, max_size=2) as pool,
        connected(stage.stack.nats.url, "bench") as client,
    ):
        await pool.execute("TRUNCATE things, outbox, inbox")
        done = asyncio.Event()
        hearer = Hearer(pool, *sizes)
        took = await until(done, _hear(client, hearer, count, done))
        assert await pool.fetchval("SELECT count(*) FROM things") == count, "each was heard, once"
        await client.jetstream().delete_consumer(HEARING.stream, "floor")
    return at_rate(count, took)


async def _hear(client: Client, hearer: Hearer, count: int, done: asyncio.Event) -> None:
    subscription = await client.jetstream().pull_subscribe(
        HEARING.subjects[0].rpartition(".v1.")[0] + ".>", durable="floor", stream=HEARING.stream
    )
    heard = 0
    while heard < count:
        messages = await subscription.fetch(FETCHED_TOGETHER, timeout=FETCH_SECONDS)
        heard += len(await hearer(messages))
    done.set()
