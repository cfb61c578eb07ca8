"""A neighbour in the test's hand: its stream on the real broker, and what it says."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import nats
from google.protobuf.message import Message
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from services.chassis.delivery import FeedItem
from services.chassis.jetstream.publisher import headers_of, subject_of
from services.chassis.jetstream.streams import declare_stream
from services.chassis.messages import event_type
from tests.support.calls import new_id
from tests.support.eventually import eventually
from tests.support.servers import Servers


def said(event: Message, *, chain: str, version: int = 1, **more: object) -> FeedItem:
    """Return `event` as its owner's feed would give it; `more` replaces fields by name."""
    declared = event_type(type(event))
    at = datetime.now(UTC)
    item = FeedItem(
        feed_no=version,
        chain_id=chain,
        event_id=new_id(),
        aggregate=declared.aggregate,
        aggregate_id=declared.key_of(event),
        version=version,
        type=declared.name,
        payload=event.SerializeToString(),
        traceparent=None,
        occurred_at=at,
        recorded_at=at,
    )
    return replace(item, **more)  # type: ignore[arg-type]  # fields of FeedItem by name


@dataclass
class Neighbour:
    """The stream of one service, written by the test."""

    client: Client
    name: str
    published: list[FeedItem] = field(default_factory=list)

    @property
    def stream(self) -> JetStreamContext:
        return self.client.jetstream()

    async def say(self, *items: FeedItem, again: bool = False) -> None:
        """Publish; `again` with new message ids, so that the broker takes repeats for new."""
        for item in items:
            headers = headers_of(item)
            if again:
                headers["Nats-Msg-Id"] = new_id()
            await self.stream.publish(subject_of(item), item.payload, headers=headers)

    async def say_raw(self, subject: str, body: bytes, headers: dict[str, str]) -> None:
        await self.stream.publish(subject, body, headers=headers)

    async def answered(self, durable: str) -> None:
        """Wait until `durable` has acknowledged everything that was said."""

        async def idle() -> bool:
            try:
                found = await self.stream.consumer_info(self.name.upper(), durable)
            except NotFoundError:
                # Whoever hears declares it, once nobody else does.
                return False
            return bool(found.num_pending == 0 and found.num_ack_pending == 0)

        await eventually(idle)


@asynccontextmanager
async def neighbour(servers: Servers, name: str) -> AsyncIterator[Neighbour]:
    """Declare the stream of service `name`, as that service would."""
    client = await nats.connect(servers.nats.url)
    try:
        await declare_stream(client.jetstream(), name)
        yield Neighbour(client, name)
    finally:
        await client.close()


async def heard_in_stream(
    servers: Servers, stream: str, at_least: int
) -> Sequence[tuple[str, str]]:
    """Return (event id, `ce-sequence`) of everything in `stream` once it holds `at_least`."""
    client = await nats.connect(servers.nats.url)
    js = client.jetstream()
    try:
        info = await eventually(lambda: holding(js, stream, at_least))
        numbers = range(info[0], info[1] + 1)
        messages = await asyncio.gather(*[js.get_msg(stream, n) for n in numbers])
        headers = [message.headers or {} for message in messages]
        return [(each["ce-id"], each["ce-sequence"]) for each in headers]
    finally:
        await client.close()


async def holding(js: JetStreamContext, stream: str, at_least: int) -> tuple[int, int] | None:
    """Return the first and last sequence of a stream that holds enough."""
    try:
        state = (await js.stream_info(stream)).state
    except nats.js.errors.NotFoundError:
        return None
    return (state.first_seq, state.last_seq) if state.messages >= at_least else None
