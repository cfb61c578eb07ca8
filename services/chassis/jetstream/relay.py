"""Carries the feed to the service's stream, in order; the cursor moves when acknowledged."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nats.aio.client import Client
from nats.js.api import StreamInfo

from services.chassis.delivery import Cursor, FeedItem, FeedSource
from services.chassis.jetstream.publisher import Publisher
from services.chassis.jetstream.streams import declare_stream
from services.chassis.signals import Signal, woken
from services.chassis.telemetry import Kind, Telemetry

logger = logging.getLogger(__name__)
BATCH_MOST = 500
FALLBACK_SECONDS = 0.5


class Superseded(Exception):
    """Another relay moved the cursor; this one stops and reads it again."""


@dataclass(frozen=True, slots=True)
class Relay:
    """The relay of one service on one connection."""

    client: Client
    service: str
    feed: FeedSource
    sequenced: Signal
    telemetry: Telemetry

    @property
    def stream(self) -> str:
        return self.service.upper()

    async def run(self) -> None:
        """Publish until cancelled, superseded or refused."""
        js = self.client.jetstream()
        info = await declare_stream(js, self.service)
        publisher = Publisher(self.client)
        await publisher.start()
        cursor = await self._begin(info)
        while True:
            mark = self.sequenced.mark()
            items = await self.feed.after(cursor.feed_no, BATCH_MOST)
            if items:
                cursor = await self._publish(publisher, cursor, items)
            # A full batch has more behind it; what comes after this look has set the mark.
            if len(items) < BATCH_MOST:
                await woken(mark, FALLBACK_SECONDS)

    async def _begin(self, info: StreamInfo) -> Cursor:
        """Return where to go on; a stream made anew or gone backwards is filled again."""
        created = str(info.created)
        kept = await self.feed.cursor(self.stream, created)
        same = kept.stream_created == created and info.state.last_seq >= kept.stream_sequence
        if same:
            return kept
        reached = await self._last_in_stream(info.state.last_seq)
        start = Cursor(min(kept.feed_no, reached), created, info.state.last_seq)
        logger.warning(
            "stream is not the one published to: filling it again",
            extra={"stream": self.stream, "from_feed_no": start.feed_no},
        )
        if not await self.feed.move(self.stream, kept, start):
            raise Superseded
        return start

    async def _last_in_stream(self, last_sequence: int) -> int:
        if last_sequence == 0:
            return 0
        message = await self.client.jetstream().get_msg(self.stream, last_sequence)
        return int((message.headers or {}).get("ce-sequence", "0"))

    async def _publish(
        self, publisher: Publisher, cursor: Cursor, items: Sequence[FeedItem]
    ) -> Cursor:
        sequence = await publisher.publish(items)
        self._trace(items)
        moved = Cursor(items[-1].feed_no, cursor.stream_created, sequence)
        if not await self.feed.move(self.stream, cursor, moved):
            raise Superseded
        return moved

    def _trace(self, items: Sequence[FeedItem]) -> None:
        for item in items:
            if item.traceparent is None or not item.traceparent.endswith("1"):
                continue
            with self.telemetry.span(
                f"send {self.stream}",
                Kind.PRODUCER,
                item.traceparent,
                links=[item.traceparent],
                attributes={
                    "messaging.system": "nats",
                    "messaging.operation.name": "send",
                    "messaging.operation.type": "send",
                    "messaging.destination.name": self.stream,
                    "cloudevents.event_id": item.event_id,
                    "cloudevents.event_type": item.type,
                },
            ):
                pass
