"""Events that could not be answered, and those of the same aggregate waiting behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from services.chassis.delivery import Delivery
from services.chassis.postgres.pool import Connection
from services.chassis.postgres.writing import SQL

WAITING = "BEHIND_A_PARKED_EVENT"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a parked event stands: a line is one aggregate's, in order of version."""

    chain_id: str
    aggregate_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of an attempt, and when the next may be made."""

    reason: str
    attempts: int
    dead: bool
    at: datetime
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class Parked:
    """The parked lines of one durable, inside the caller's transaction and its chains."""

    connection: Connection
    durable: str

    async def append(self, delivery: Delivery, now: datetime) -> None:
        """Put `delivery` behind what is parked of its aggregate; harmless if it is there."""
        await self.park(delivery, Verdict(WAITING, 0, False, now, now))

    async def park(self, delivery: Delivery, verdict: Verdict) -> None:
        """Park `delivery` with what became of it."""
        await self.connection.execute(
            SQL.park,
            str(uuid4()),
            self.durable,
            delivery.chain_id,
            delivery.aggregate_id,
            delivery.version,
            delivery.event_id,
            delivery.type,
            delivery.traceparent,
            delivery.body,
            verdict.attempts,
            verdict.reason,
            verdict.dead,
            verdict.at,
            verdict.next_attempt_at,
            delivery.occurred_at,
        )

    async def claim(self, place: Place) -> tuple[Delivery, int] | None:
        """Lock the event at `place`; return it with its attempts, or None if another has it."""
        row = await self.connection.fetchrow(SQL.claim_parked, self.durable, *_of(place))
        if row is None:
            return None
        delivery = Delivery(
            event_id=str(row["event_id"]),
            chain_id=place.chain_id,
            aggregate_id=place.aggregate_id,
            version=place.version,
            type=row["type"],
            body=row["body"],
            traceparent=row["traceparent"],
            occurred_at=row["occurred_at"],
        )
        return delivery, row["attempts"]

    async def release(self, place: Place) -> None:
        """Take the event at `place` out of its line; the next one may be tried at once."""
        await self.connection.execute(SQL.unpark, self.durable, *_of(place))

    async def failed_again(self, place: Place, verdict: Verdict) -> None:
        """Note that one more attempt failed."""
        await self.connection.execute(
            SQL.parked_again,
            self.durable,
            *_of(place),
            verdict.reason,
            verdict.dead,
            verdict.next_attempt_at,
        )


async def due_heads(connection: Connection, durable: str, now: datetime) -> Sequence[Place]:
    """Return the heads of all chains that may be tried now; a dead head holds its line."""
    rows = await connection.fetch(SQL.due_heads, durable, now)
    return [Place(str(row["chain_id"]), str(row["aggregate_id"]), row["version"]) for row in rows]


def _of(place: Place) -> tuple[str, str, int]:
    return place.chain_id, place.aggregate_id, place.version
