"""Publishes a batch of the feed: pipelined with one future, or atomically when many wait."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from services.chassis.delivery import FeedItem
from services.chassis.messages import event_type_named

ACK_SECONDS = 10.0
ATOMIC_FROM = 16


class PublishRefused(Exception):
    """The broker refused an event, or did not answer for it in time."""


def subject_of(item: FeedItem) -> str:
    """Return the subject that the event's .proto gives it: what hearers filter by."""
    return event_type_named(item.type).subject(item.chain_id)


def headers_of(item: FeedItem) -> dict[str, str]:
    """Return the CloudEvents 1.0 binary-mode headers, the trace and the broker's message id."""
    traceparent = item.traceparent or ""
    return {
        "Nats-Msg-Id": item.event_id,
        "traceparent": traceparent,
        "ce-specversion": "1.0",
        "ce-id": item.event_id,
        "ce-source": f"//{item.type.split('.')[1]}/{item.aggregate_id}",
        "ce-type": item.type,
        "ce-time": item.occurred_at.isoformat(),
        "ce-subject": f"{item.aggregate_id}/{item.version}",
        "ce-sequence": f"{item.feed_no:020d}",
        "ce-traceparent": traceparent,
    }


@dataclass(slots=True)
class _Batch:
    waiting: int
    done: asyncio.Future[None]
    last: int = 0


@dataclass(slots=True)
class Publisher:
    """Publishes on one connection; acknowledgements come to one subscription of its own."""

    client: Client
    _inbox: str = ""
    _batches: dict[str, _Batch] = field(default_factory=dict)
    _count: int = 0

    async def start(self) -> None:
        self._inbox = self.client.new_inbox()
        await self.client.subscribe(f"{self._inbox}.*", cb=self._acknowledged)

    async def _acknowledged(self, msg: Msg) -> None:
        batch = self._batches.get(msg.subject.rpartition(".")[2])
        if batch is None or batch.done.done():
            return
        try:
            batch.last = max(batch.last, sequence_of(msg))
        except PublishRefused as error:
            batch.done.set_exception(error)
            return
        batch.waiting -= 1
        if batch.waiting == 0:
            batch.done.set_result(None)

    async def publish(self, items: Sequence[FeedItem]) -> int:
        """Return the stream sequence of the last of `items`, all acknowledged.

        Raises PublishRefused; what was published then is published again with the same id.
        """
        if len(items) >= ATOMIC_FROM:
            sequence = await self._atomically(items)
            if sequence is not None:
                return sequence
        return await self._pipelined(items)

    async def _pipelined(self, items: Sequence[FeedItem]) -> int:
        self._count += 1
        key = str(self._count)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        batch = self._batches[key] = _Batch(len(items), done)
        reply = f"{self._inbox}.{key}"
        try:
            for item, headers in zip(items, chained(items), strict=True):
                await self.client.publish(
                    subject_of(item), item.payload, reply=reply, headers=headers
                )
            async with asyncio.timeout(ACK_SECONDS):
                await done
        except TimeoutError:
            raise PublishRefused("no acknowledgement in time") from None
        finally:
            del self._batches[key]
        return batch.last

    async def _atomically(self, items: Sequence[FeedItem]) -> int | None:
        """Publish all or nothing with one sync (ADR-50); None when the batch as one is refused.

        So it is when one of them is there already, or they are more than this broker takes at once.
        """
        batch_id = uuid4().hex
        for n, item in enumerate(items[:-1], 1):
            headers = headers_of(item) | _in_batch(batch_id, n)
            await self.client.publish(subject_of(item), item.payload, headers=headers)
        last = items[-1]
        commit = _in_batch(batch_id, len(items)) | {"Nats-Batch-Commit": "1"}
        try:
            answer = await self.client.request(
                subject_of(last),
                last.payload,
                headers=headers_of(last) | commit,
                timeout=ACK_SECONDS,
            )
            return sequence_of(answer)
        except PublishRefused:
            return None
        except nats.errors.Error:
            raise PublishRefused("no acknowledgement in time") from None


def chained(items: Sequence[FeedItem]) -> list[dict[str, str]]:
    """Return the headers of each item, which is refused where the one before it was not stored.

    What follows a refused one would otherwise stand before it in the end. One that is there already
    is not asked: a repeat is acknowledged whatever stands last.
    """
    headers = [headers_of(item) for item in items]
    for each, before in zip(headers[1:], items, strict=False):
        each["Nats-Expected-Last-Msg-Id"] = before.event_id
    return headers


def _in_batch(batch_id: str, number: int) -> dict[str, str]:
    return {"Nats-Batch-Id": batch_id, "Nats-Batch-Sequence": str(number)}


def sequence_of(msg: Msg) -> int:
    """Return the stream sequence that an acknowledgement names, or raise PublishRefused."""
    if not msg.data:
        raise PublishRefused("no stream answers", 503)
    ack: dict[str, Any] = json.loads(msg.data)
    if error := ack.get("error"):
        raise PublishRefused("refused by the broker", error.get("err_code", 0))
    return int(ack["seq"])
