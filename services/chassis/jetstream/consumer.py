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
from services.chassis.handling import StoreUnavailable
from services.chassis.jetstream.connection import BrokerLost
from services.chassis.jetstream.streams import declare_durable

logger = logging.getLogger(__name__)
BATCH_MOST = 100
PULL_MOST = 256
PULL_SECONDS = 15
HEARTBEAT_SECONDS = 3
STREAM_WAIT_SECONDS = 0.3
STOP_SECONDS = 1.0
STORE_WAIT_SECONDS = 0.5
NANOSECONDS = 1_000_000_000


@dataclass(slots=True)
class Pull:
    """A standing pull request on an inbox of its own: what has arrived is the next batch.

    Not nats-py's fetch: cancelled it strands messages, and it may return one too many.
    """

    client: Client
    hearing: Hearing
    _queue: asyncio.Queue[Msg] = field(default_factory=asyncio.Queue)
    _inbox: str = ""
    _subscription: Subscription | None = None
    _open: int = 0
    _request: int = 0

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

    async def stop(self) -> Sequence[Msg]:
        """Take no more; return what was delivered and never asked for."""
        if self._subscription is not None:
            async with asyncio.timeout(STOP_SECONDS):
                await self._subscription.drain()  # type: ignore[no-untyped-call]  # nats-py says no type
        waiting = [self._queue.get_nowait() for _ in range(self._queue.qsize())]
        return [msg for msg in waiting if "Status" not in (msg.headers or {})]

    async def _take(self, msg: Msg, batch: list[Msg]) -> None:
        status = (msg.headers or {}).get("Status")
        if status is None:
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


def delivery_of(msg: Msg) -> Delivery:
    """Read a message; raises KeyError or ValueError for one that no relay of ours sent."""
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
        count=msg.metadata.num_delivered,
    )


@dataclass(frozen=True, slots=True)
class Consumer:
    """Runs one durable on one connection."""

    client: Client
    hearing: Hearing
    answer: Answering
    lag: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        """Answer until cancelled or the broker is lost."""
        js = self.client.jetstream()
        while True:
            try:
                await declare_durable(js, self.hearing)
                break
            except NotFoundError:
                await asyncio.sleep(STREAM_WAIT_SECONDS)
        pull = Pull(self.client, self.hearing)
        await pull.start()
        batch: Sequence[Msg] = ()
        try:
            while True:
                batch = await pull.next_batch()
                await self._answer(batch)
                self.lag[self.hearing.durable] = batch[-1].metadata.num_pending
        finally:
            # Or whoever comes next would wait ACK_WAIT_SECONDS for what this one had in hand.
            with suppress(Exception):
                for msg in (*batch, *await pull.stop()):
                    if not msg.is_acked:
                        await msg.nak()

    async def _answer(self, batch: Sequence[Msg]) -> None:
        deliveries: list[Delivery] = []
        for msg in batch:
            try:
                deliveries.append(delivery_of(msg))
            except (KeyError, ValueError, IndexError):
                logger.error("not an event of ours", extra={"subject": msg.subject})
                await msg.term()
        while deliveries:
            try:
                await self.answer(deliveries)
                break
            except StoreUnavailable:
                await asyncio.sleep(STORE_WAIT_SECONDS)
                for msg in batch:
                    await msg.in_progress()
        for msg in batch:
            if not msg.is_acked:
                await msg.ack()
