"""What is heard from a neighbour, and the pure policies that answer it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from google.protobuf.message import Message

from services.chassis.handling import Owed, OwedToEach
from services.chassis.kernel import remembered
from services.chassis.messages import EventType, event_type


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event as the broker, the parked table or a neighbour's feed hands it over."""

    event_id: str
    chain_id: str
    aggregate_id: str
    version: int
    type: str
    body: bytes
    traceparent: str | None
    occurred_at: datetime
    count: int = 1


# From an event (and how it was delivered) to the commands that it makes this service owe.
Policy = Callable[[Any, Delivery], Sequence[Owed | OwedToEach]]


@dataclass(frozen=True, slots=True)
class Hearing:
    """What one service hears of one stream, dispatched by type: one durable, so order holds."""

    service: str
    source: str
    policies: Mapping[type[Message], Policy]

    @property
    def durable(self) -> str:
        return f"{self.service}-on-{self.source}"

    @property
    def stream(self) -> str:
        return self.source.upper()

    @property
    def types(self) -> Mapping[str, EventType]:
        return _declared(tuple(self.policies))

    @property
    def subjects(self) -> list[str]:
        """Return the filter subjects, for every chain."""
        return sorted(e.subject("*") for e in self.types.values())

    def owed(self, delivery: Delivery) -> Sequence[Owed | OwedToEach]:
        """Return the commands that `delivery` makes this service owe.

        Raises LookupError for a type without a policy, DecodeError for a body that is not its type.
        """
        message_type = self.types[delivery.type].message
        message = message_type.FromString(delivery.body)
        return self.policies[message_type](message, delivery)


@remembered
def _declared(messages: tuple[type[Message], ...]) -> Mapping[str, EventType]:
    declared = [event_type(message) for message in messages]
    return {e.name: e for e in declared}


class Answering(Protocol):
    """Answers deliveries: on return all are committed or parked, and may be acknowledged."""

    async def __call__(self, deliveries: Sequence[Delivery]) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One journal entry with its number in the feed."""

    feed_no: int
    chain_id: str
    event_id: str
    aggregate: str
    aggregate_id: str
    version: int
    type: str
    payload: bytes
    traceparent: str | None
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a relay has published, and into which incarnation of its stream."""

    feed_no: int
    stream_created: str
    stream_sequence: int


class FeedSource(Protocol):
    """The feed as a relay needs it."""

    async def after(self, feed_no: int, most: int) -> Sequence[FeedItem]: ...

    async def cursor(self, stream: str, created: str) -> Cursor: ...

    async def move(self, stream: str, before: Cursor, after: Cursor) -> bool: ...
