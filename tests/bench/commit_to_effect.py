"""commit_to_effect: from the commit in consult to the gate in sessions, at 200 events a second.

Both sides run in this process, so that one clock sees both ends: ours from the store's group
through sequencer, relay, stream, durable and inbox; the floor from one statement through an
asyncio.Event, a pipelined publish and one transaction a message.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from nats.aio.msg import Msg

from mesoflow.consult.v1 import events_pb2
from services.chassis.delivery import Answering, Delivery
from services.chassis.handling import Aggregate, Invocation, Owed
from services.chassis.jetstream.connection import connected
from services.chassis.jetstream.consumer import Consumer
from services.chassis.jetstream.relay import Relay
from services.chassis.kernel import Decider
from services.chassis.mapping import from_message
from services.chassis.postgres.feed import Feed, run_sequencer
from services.chassis.postgres.inbox import Inbox
from services.chassis.postgres.pool import open_pool
from services.chassis.postgres.store import PostgresStore
from services.chassis.signals import Signal
from services.consult.domain.patient.events import PatientRegistered
from services.consult.events.published import CONTRACT as CONSULT
from services.sessions.events.published import CONTRACT as SESSIONS
from tests.bench.consumer import CHAIN, HEARING, TRACEPARENT, registered
from tests.bench.floor import relay
from tests.bench.floor.consumer import Hearer
from tests.bench.floor.rows import CREATE, SCHEMA, Pool, columns
from tests.bench.floor.rows import open_pool as open_full_pool
from tests.bench.measure import Effort, Line, Round, Sample, latencies, sample
from tests.bench.ours import LONGEST_SECONDS, means_on, untold, without_stream
from tests.bench.stage import Stage

EVENTS_PER_SECOND = 200
SAYING, HEARD = "saying", "told"
SUBJECT, SILENT = "floor.registered", "silent"
# What the chassis keeps of a gate, of its raising, and of a registered patient.
STATE_BYTES, EVENT_BYTES, PATIENT_BYTES = 235, 94, 400
WARMING = 20
# What is stored is what was decided, and what is decided is the command: the event itself.
TOLD: Aggregate[PatientRegistered, PatientRegistered, PatientRegistered, None] = Aggregate(
    "patient",
    Decider(lambda command, state, facts: [command], lambda state, event: event),
    PatientRegistered,
)


@dataclass(slots=True)
class Moments:
    """When each thing was committed here, and when its effect was committed there."""

    count: int
    wanted: int = 0
    committed: dict[str, float] = field(default_factory=dict)
    effected: dict[str, float] = field(default_factory=dict)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, count: int) -> None:
        """Forget what came before, and wait for `count`."""
        self.wanted = count
        self.committed.clear()
        self.effected.clear()
        self.done.clear()

    def took_effect(self, ids: Sequence[str]) -> None:
        now = time.perf_counter()
        for each in ids:
            self.effected.setdefault(each, now)
        if len(self.effected) >= self.wanted:
            self.done.set()

    @property
    def seconds(self) -> list[float]:
        """Return how long each effect was in coming; none comes before its commit is known."""
        return [max(0.0, at - self.committed[each]) for each, at in self.effected.items()]


@dataclass(frozen=True, slots=True)
class Noting:
    """Answers, and notes when that was committed."""

    answer: Answering
    moments: Moments

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        await self.answer(deliveries)
        self.moments.took_effect([delivery.aggregate_id for delivery in deliveries])


def commit_to_effect(stage: Stage, effort: Effort) -> Iterator[Line]:
    """Yield the one line."""
    stage.serve()
    stage.migrated("consult", SAYING)
    stage.migrated("sessions", HEARD)
    floor = stage.database("floor_effect", SCHEMA)
    stage.run(_clear(stage))
    count = int(EVENTS_PER_SECOND * 2 * effort.seconds)
    rounds = [
        Round(stage.run(_ours(stage, count)), stage.run(_floor(stage, floor, count)))
        for _ in range(effort.rounds)
    ]
    yield latencies("commit_to_effect", None, rounds)


async def open_loop(tell: Callable[[], Awaitable[None]], count: int) -> None:
    """Start `count` at their times, whatever has become of those before."""
    begun = time.perf_counter()
    telling: list[asyncio.Future[None]] = []
    for number in range(count):
        await asyncio.sleep(begun + number / EVENTS_PER_SECOND - time.perf_counter())
        telling.append(asyncio.ensure_future(tell()))
    await asyncio.gather(*telling)


async def _clear(stage: Stage) -> None:
    async with connected(stage.stack.nats.url, "bench") as client:
        await without_stream(client, HEARING.stream)


async def _ours(stage: Stage, count: int) -> Sample:
    moments = Moments(count)
    async with AsyncExitStack() as stack:
        saying = await stack.enter_async_context(means_on(stage, SAYING, CONSULT))
        hearing = await stack.enter_async_context(means_on(stage, HEARD, SESSIONS))
        url = stage.stack.postgres.url("relay", SAYING)
        relays = await stack.enter_async_context(await open_pool(url, 4))
        client = await stack.enter_async_context(connected(stage.stack.nats.url, "bench"))
        feed, sequenced, store = Feed(relays), Signal(), PostgresStore(saying)
        inbox = Noting(Inbox(hearing, HEARING), moments)

        async def tell() -> None:
            event = _event()
            call = Invocation(chain_id=CHAIN, actor="bench", at=datetime.now(UTC))
            await store.handle(Owed(TOLD, event.patient_id, event), call, lambda outcome: b"")
            moments.committed[event.patient_id] = time.perf_counter()

        return await _load(
            moments,
            tell,
            run_sequencer(feed, saying.committed, sequenced),
            Relay(client, "consult", feed, sequenced, untold()).run(),
            Consumer(client, HEARING, inbox, {}).run(),
        )


def _event() -> PatientRegistered:
    message = events_pb2.PatientRegistered.FromString(registered(0).payload)
    return from_message(message, PatientRegistered)


async def _load(
    moments: Moments, tell: Callable[[], Awaitable[None]], *endless: Coroutine[Any, Any, None]
) -> Sample:
    """Tell a few first, to have everything begun; then at the rate, until all took effect."""
    async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(each) for each in endless]
        for count in (WARMING, moments.count):
            moments.begin(count)
            await open_loop(tell, count)
            await moments.done.wait()
        for task in running:
            task.cancel()
    return sample(moments.seconds, moments.count / EVENTS_PER_SECOND)


async def _floor(stage: Stage, database: str, count: int) -> Sample:
    moments, wake = Moments(count), asyncio.Event()
    async with AsyncExitStack() as stack:
        pool = await stack.enter_async_context(await open_full_pool(database))
        client = await stack.enter_async_context(connected(stage.stack.nats.url, "bench"))
        await without_stream(client, relay.STREAM)
        await relay.declare(client)
        publisher = relay.Publisher(client)
        await publisher.start()
        hearer = Hearer(pool, STATE_BYTES, EVENT_BYTES, SILENT)

        async def heard(message: Msg) -> None:
            moments.took_effect(await hearer([message]))

        await client.jetstream().subscribe(SUBJECT, durable="floor", cb=heard, manual_ack=True)

        async def tell() -> None:
            patient_id = await _store(pool)
            moments.committed[patient_id] = time.perf_counter()
            wake.set()

        return await _load(moments, tell, relay.relay(pool, publisher, wake))


async def _store(pool: Pool) -> str:
    """Store a thing and its event in one statement, as many bytes as a registration has."""
    item = registered(0)
    state = item.payload.ljust(PATIENT_BYTES, b"\0")
    row = (UUID(item.aggregate_id), "ACTIVE", state)
    said = (UUID(item.event_id), SUBJECT, TRACEPARENT, item.payload)
    await pool.execute(CREATE, *columns([(*row, *said)]))
    return item.aggregate_id
