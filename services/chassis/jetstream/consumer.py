"""A durable pull consumer: batches in, answered in one transaction, then acknowledged."""

import asyncio
import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.js.errors import NotFoundError

from services.chassis.clock import canonical_id
from services.chassis.delivery import Answering, Delivery, Hearing
from services.chassis.jetstream.connection import BrokerLost
from services.chassis.jetstream.streams import declare_durable, pending

logger = logging.getLogger(__name__)
BATCH_MOST = 100
PULL_MOST = 256
PULL_SECONDS = 15
HEARTBEAT_SECONDS = 3
STREAM_WAIT_SECONDS = 0.3
NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class Pull:
    """A standing pull request on an inbox of its own: what has arrived is the next batch.

    Not nats-py's fetch: cancelled it strands messages, and it may return one too many.
    The durable numbers its deliveries from where it began anew: one that is missing went to another
    who still hears, or was dropped on the way, and what follows it would be out of order.
    """

    client: Client
    hearing: Hearing
    _queue: asyncio.Queue[Msg] = field(default_factory=asyncio.Queue)
    _inbox: str = ""
    _subscription: Subscription | None = None
    _open: int = 0
    _request: int = 0
    _taken: int = 0

    async def start(self) -> None:
        self._inbox = self.client.new_inbox()
        self._subscription = await self.client.subscribe(f"{self._inbox}.*", cb=self._arrived)
        await self._ask()

    async def _ask(self) -> None:
        self._request += 1
        self._open = PULL_MOST
        wanted = {
            "batch": PULL_MOST,
            "expires": PULL_SECONDS * NANOSECONDS,
            "idle_heartbeat": HEARTBEAT_SECONDS * NANOSECONDS,
        }
        await self.client.publish(
            f"$JS.API.CONSUMER.MSG.NEXT.{self.hearing.stream}.{self.hearing.durable}",
            json.dumps(wanted).encode(),
            reply=f"{self._inbox}.{self._request}",
        )

    async def _arrived(self, msg: Msg) -> None:
        self._queue.put_nowait(msg)

    async def next_batch(self) -> Sequence[Msg]:
        """Wait for what is delivered; raise BrokerLost when even heartbeats stay away."""
        batch: list[Msg] = []
        while not batch:
            try:
                async with asyncio.timeout(3 * HEARTBEAT_SECONDS):
                    await self._take(await self._queue.get(), batch)
            except TimeoutError:
                raise BrokerLost from None
        while len(batch) < BATCH_MOST and not self._queue.empty():
            await self._take(self._queue.get_nowait(), batch)
        return batch

    async def stop(self) -> None:
        """Take no more: the broker sees that nobody waits for what was asked for."""
        if self._subscription is not None:
            await self._subscription.unsubscribe()

    async def _take(self, msg: Msg, batch: list[Msg]) -> None:
        status = (msg.headers or {}).get("Status")
        if status is None:
            self._taken += 1
            if msg.metadata.sequence.consumer != self._taken:
                raise BrokerLost("a delivery is missing")
            batch.append(msg)
            self._open -= 1
            if self._open == 0:
                await self._ask()
        elif not msg.subject.endswith(f".{self._request}") or status == "100":
            return
        elif status == "408":
            await self._ask()
        else:
            # 404, 409, 503: the consumer or its stream is not what it was.
            raise BrokerLost(status)


def delivery_of(msg: Msg, begun: int = 0) -> Delivery:
    """Read a message; `begun` is the last stream sequence that was delivered to an earlier run.

    Raises KeyError or ValueError for one that no relay of ours sent.
    """
    headers = msg.headers or {}
    aggregate_id, _, version = headers["ce-subject"].partition("/")
    return Delivery(
        event_id=canonical_id(headers["ce-id"]),
        chain_id=canonical_id(msg.subject.split(".")[1]),
        aggregate_id=canonical_id(aggregate_id),
        version=int(version),
        type=headers["ce-type"],
        body=msg.data,
        traceparent=headers.get("ce-traceparent") or None,
        occurred_at=datetime.fromisoformat(headers["ce-time"]),
        count=msg.metadata.num_delivered + (msg.metadata.sequence.stream <= begun),
    )


@dataclass(frozen=True, slots=True)
class Consumer:
    """Runs one durable on one connection."""

    client: Client
    hearing: Hearing
    answer: Answering
    lag: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Answer until cancelled, the broker is lost or the store is away."""
        begun = await self._declared()
        pull = Pull(self.client, self.hearing)
        await pull.start()
        try:
            self.lag[self.hearing.durable] = await pending(self.client.jetstream(), self.hearing)
            while True:
                batch = await pull.next_batch()
                await self._answer(batch, begun)
                self.lag[self.hearing.durable] = batch[-1].metadata.num_pending
        finally:
            # What it was when this one heard says nothing of when another does.
            self.lag.pop(self.hearing.durable, None)
            with suppress(Exception):
                await pull.stop()

    async def _declared(self) -> int:
        """Wait for the stream and declare the durable; return what was begun of it before."""
        js = self.client.jetstream()
        while True:
            try:
                return await declare_durable(js, self.hearing)
            except NotFoundError:
                await asyncio.sleep(STREAM_WAIT_SECONDS)

    async def _answer(self, batch: Sequence[Msg], begun: int) -> None:
        deliveries: list[Delivery] = []
        for msg in batch:
            try:
                deliveries.append(delivery_of(msg, begun))
            except (KeyError, ValueError, IndexError):
                logger.error("not an event of ours", extra={"subject": msg.subject})
                await msg.term()
        if deliveries:
            await self.answer(deliveries)
        for msg in batch:
            if not msg.is_acked:
                await msg.ack()
