"""The floor's relay: read rows, publish them pipelined with one future a batch, delete them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncpg
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import StorageType, StreamConfig

from tests.bench.floor.rows import Pool

STREAM = "FLOOR"
BATCH_MOST = 500
ACK_SECONDS = 10.0
FALLBACK_SECONDS = 0.2
WAITING = "SELECT seq, id, subject, traceparent, payload FROM outbox ORDER BY seq LIMIT $1"
PUBLISHED = "DELETE FROM outbox WHERE seq = ANY ($1)"


class NotAcknowledged(Exception):
    """The broker refused a message."""


async def declare(client: Client) -> None:
    """Make the floor's stream."""
    config = StreamConfig(name=STREAM, subjects=["floor.>"], storage=StorageType.FILE)
    await client.jetstream().add_stream(config)


@dataclass(slots=True)
class Publisher:
    """Counts acknowledgements down on one subscription, a future for each batch."""

    client: Client
    _inbox: str = ""
    _count: int = 0
    _batches: dict[str, tuple[list[int], asyncio.Future[None]]] = field(default_factory=dict)

    async def start(self) -> None:
        self._inbox = self.client.new_inbox()
        await self.client.subscribe(f"{self._inbox}.*", cb=self._acknowledged)

    async def _acknowledged(self, msg: Msg) -> None:
        left, done = self._batches[msg.subject.rpartition(".")[2]]
        left[0] -= 1
        if b'"error"' in msg.data:
            done.set_exception(NotAcknowledged(msg.data))
        elif left[0] == 0:
            done.set_result(None)

    async def publish(self, rows: Sequence[asyncpg.Record]) -> None:
        """Publish `rows` and wait until the broker has them all."""
        self._count += 1
        key, done = str(self._count), asyncio.get_running_loop().create_future()
        self._batches[key] = ([len(rows)], done)
        for row in rows:
            headers = {"Nats-Msg-Id": str(row["id"]), "traceparent": row["traceparent"]}
            await self.client.publish(
                row["subject"], row["payload"], reply=f"{self._inbox}.{key}", headers=headers
            )
        async with asyncio.timeout(ACK_SECONDS):
            await done
        del self._batches[key]


async def drain(pool: Pool, publisher: Publisher) -> int:
    """Publish what is waiting; return how many that were."""
    count = 0
    while rows := await pool.fetch(WAITING, BATCH_MOST):
        await publisher.publish(rows)
        await pool.execute(PUBLISHED, [row["seq"] for row in rows])
        count += len(rows)
    return count


async def relay(pool: Pool, publisher: Publisher, wake: asyncio.Event) -> None:
    """Publish what is stored, woken after each commit, until cancelled."""
    while True:
        wake.clear()
        await drain(pool, publisher)
        try:
            async with asyncio.timeout(FALLBACK_SECONDS):
                await wake.wait()
        except TimeoutError:
            continue
