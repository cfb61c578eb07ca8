"""Watch streams, one shape in all services: resume, live tail without gap, rights at delivery."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.timestamp_pb2 import Timestamp

from mesoflow.common.v1 import feed_pb2 as pb
from mesoflow.common.v1 import feed_pb2_grpc
from services.chassis.clock import Clock
from services.chassis.delivery import FeedItem
from services.chassis.grpc.scope import Call, Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import AnyAggregate, Store, Versioned, reached
from services.chassis.identity import Principal, Verifier
from services.chassis.kernel import DomainError, Fault
from services.chassis.messages import EventType
from services.chassis.postgres.feed import ChainFeed
from services.chassis.sealing import KeyProvider, derived_key
from services.chassis.signals import Signal, woken

HEARTBEAT_SECONDS = 10.0
MARK_BYTES = 12
# Where an event names a clinic: a thing's own when it happened, and the one that it leaves.
NAMED = ("clinic_id", "former_clinic_id")


class ResumeTokenInvalid(DomainError):
    """The resume token is not one of this service and chain."""

    fault = Fault.INVALID


class EventTypeUnknown(DomainError):
    """This service publishes no such event, or the caller may not hear it."""

    fault = Fault.INVALID


@dataclass(frozen=True, slots=True)
class Watch(feed_pb2_grpc.FeedServiceServicer):
    """Serves the feed of the caller's chain."""

    service: str
    feed: ChainFeed
    types: Mapping[str, EventType]
    aggregates: Mapping[str, AnyAggregate]
    store: Store
    verifier: Verifier
    keys: KeyProvider
    clock: Clock
    sequenced: Signal
    draining: asyncio.Event

    async def Watch(
        self, request: pb.WatchRequest, context: Context
    ) -> AsyncIterator[pb.WatchResponse]:
        """Yield every wanted event after the token, then live; each item carries its own token."""
        call = current()
        wanted = self._wanted(call.caller, request.types)
        after = self._read_token(call.caller.chain_id, request.resume_token)
        narrowed = (wanted, request.aggregate_id or None)
        async for response in self._follow(call, after, narrowed):
            yield response

    def _wanted(self, caller: Principal, asked: Any) -> list[str]:
        allowed = {name for name, e in self.types.items() if e.roles & caller.roles}
        if unknown := set(asked) - allowed:
            raise EventTypeUnknown(types=",".join(sorted(unknown)))
        return sorted(set(asked) or allowed)

    async def _follow(
        self, call: Call, after: int, narrowed: tuple[list[str], str | None]
    ) -> AsyncIterator[pb.WatchResponse]:
        caught_up = False
        while True:
            mark = self.sequenced.mark()
            end = await self.feed.end()
            async for item in self._items(call, after, end, narrowed):
                if self.draining.is_set():
                    # Of a long feed the rest would outlast the drain.
                    break
                after = item.feed_no
                yield self._event(item)
            else:
                after = max(after, end)
                if not caught_up:
                    caught_up = True
                    yield self._item(call, after, caught_up=pb.CaughtUp(at=self._now()))
            if self.draining.is_set():
                yield self._item(call, after, draining=pb.Draining(at=self._now()))
                return
            if not await self._news(mark):
                await self._known(call)
                yield self._item(call, after, heartbeat=pb.Heartbeat(at=self._now()))

    async def _items(
        self, call: Call, after: int, end: int, narrowed: tuple[list[str], str | None]
    ) -> AsyncIterator[FeedItem]:
        """Yield what is wanted in (after, end]; the caller's right is looked at again and again."""
        while after < end:
            items = await self.feed.between(call.caller.chain_id, after, end, narrowed)
            for item in items:
                caller = await self._still_allowed(call, item.type)
                if not caller.clinics or await self._concerns(caller.clinics, item):
                    yield item
            if not items:
                return
            after = items[-1].feed_no

    async def _still_allowed(self, call: Call, event_type: str) -> Principal:
        caller = await self._known(call)
        if not self.types[event_type].roles & caller.roles:
            raise EventTypeUnknown(types=event_type)
        return caller

    async def _concerns(self, clinics: frozenset[str], item: FeedItem) -> bool:
        """Tell whether an event is of a thing that these clinics reach by now, or names one."""
        event = self.types[item.type].message.FromString(item.payload)
        if any(getattr(event, name, "") in clinics for name in NAMED):
            return True
        found: Versioned[Any] | None = await self.store.get(
            item.chain_id, self.aggregates[item.aggregate], item.aggregate_id
        )
        return found is not None and reached(clinics, found.state)

    async def _known(self, call: Call) -> Principal:
        """Return who watches, as long as the token holds."""
        return await self.verifier.principal(f"Bearer {call.caller.token}")

    async def _news(self, mark: asyncio.Event) -> bool:
        """Wait for news or the drain, at most a heartbeat long."""
        drained = asyncio.ensure_future(self.draining.wait())
        came = asyncio.ensure_future(woken(mark, HEARTBEAT_SECONDS))
        try:
            done, _ = await asyncio.wait({drained, came}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # A watcher who goes away leaves nothing behind that waits.
            drained.cancel()
            came.cancel()
        return drained in done or came.result()

    def _event(self, item: FeedItem) -> pb.WatchResponse:
        payload = AnyMessage(type_url=f"type.googleapis.com/{item.type}", value=item.payload)
        event = pb.WatchEvent(
            event_id=item.event_id,
            type=item.type,
            aggregate_id=item.aggregate_id,
            version=item.version,
            payload=payload,
        )
        event.recorded_at.FromDatetime(item.recorded_at)
        event.occurred_at.FromDatetime(item.occurred_at)
        token = self._token(item.chain_id, item.feed_no)
        return pb.WatchResponse(resume_token=token, event=event)

    def _item(self, call: Call, feed_no: int, **item: Any) -> pb.WatchResponse:
        token = self._token(call.caller.chain_id, feed_no)
        return pb.WatchResponse(resume_token=token, **item)

    def _now(self) -> Timestamp:
        at = Timestamp()
        at.FromDatetime(self.clock.now())
        return at

    def _token(self, chain_id: str, feed_no: int) -> str:
        said = str(feed_no).encode()
        return base64.urlsafe_b64encode(self._mark(chain_id, said) + said).decode()

    def _read_token(self, chain_id: str, token: str) -> int:
        if not token:
            return 0
        try:
            raw = base64.urlsafe_b64decode(token.encode())
        except (binascii.Error, ValueError):
            raise ResumeTokenInvalid from None
        mark, said = raw[:MARK_BYTES], raw[MARK_BYTES:]
        if not hmac.compare_digest(mark, self._mark(chain_id, said)):
            raise ResumeTokenInvalid
        return int(said)

    def _mark(self, chain_id: str, said: bytes) -> bytes:
        key = derived_key(self.keys, chain_id, f"watch {self.service}")
        return hmac.digest(key, said, "sha256")[:MARK_BYTES]

    def servicer(self) -> Servicer:
        return Servicer(
            "mesoflow.common.v1.FeedService",
            lambda server: feed_pb2_grpc.add_FeedServiceServicer_to_server(self, server),
        )
