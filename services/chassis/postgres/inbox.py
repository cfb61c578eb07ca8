"""Answers a neighbour: once, in order, in the transaction of the effects; parks what fails."""

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Invocation, StoreUnavailable
from services.chassis.kernel import DomainError, Fault
from services.chassis.postgres.means import Means
from services.chassis.postgres.parked import Parked, Place, Verdict, due_heads
from services.chassis.postgres.pool import Connection, acquired, transaction
from services.chassis.postgres.unit_of_work import UnitOfWork
from services.chassis.postgres.writing import SQL
from services.chassis.telemetry import Kind, Span

logger = logging.getLogger(__name__)
ATTEMPTS_MOST = 8
BACKOFF_SECONDS = (0.2, 1, 3, 10, 30, 120, 600)


class OutOfOrder(DomainError):
    """An unseen event is older than one already heard of its aggregate; replay takes it in."""

    fault = Fault.CONFLICT


@dataclass(frozen=True, slots=True)
class Inbox:
    """Implements delivery.Answering for one durable."""

    means: Means
    hearing: Hearing

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Answer in one transaction; where that fails, one by one, parking what fails alone.

        Raises StoreUnavailable when nothing could be said: the broker will deliver again.
        """
        if all(d.count == 1 for d in deliveries):
            try:
                await self._together(deliveries)
                return
            except StoreUnavailable:
                raise
            except Exception:
                logger.warning("batch refused, one by one", extra={"durable": self._durable})
        for delivery in deliveries:
            await self._alone(delivery)

    @property
    def _durable(self) -> str:
        return self.hearing.durable

    async def _together(self, deliveries: Sequence[Delivery]) -> None:
        async with transaction(self.means.pool) as connection:
            verdicts = await self._hear(connection, deliveries)
            parked = Parked(connection, self._durable)
            fresh: list[Delivery] = []
            # Parking first: answering narrows the transaction to the chains that it changes.
            for delivery, verdict in zip(deliveries, verdicts, strict=True):
                match verdict:
                    case "NEW":
                        fresh.append(delivery)
                    case "BEHIND":
                        await parked.append(delivery, self.means.clock.now())
                    case "LATE":
                        raise OutOfOrder(event_id=delivery.event_id)
            recorded = await self._run(connection, fresh)
        if recorded:
            self.means.committed.set()

    async def _alone(self, delivery: Delivery) -> None:
        begun = await self._begin(delivery) if delivery.count > 1 else 1
        try:
            if begun > ATTEMPTS_MOST:
                raise TooManyAttempts
            await self._together([delivery])
        except StoreUnavailable:
            raise
        except Exception as error:
            # Neither mends itself: the one may kill the process again, the other is for a person.
            dead = isinstance(error, (TooManyAttempts, OutOfOrder))
            await self._park(delivery, error, attempts=begun, dead=dead)
        if delivery.count > 1:
            async with transaction(self.means.pool) as connection:
                await connection.execute(SQL.end_attempts, self._durable, [delivery.event_id])

    async def _begin(self, delivery: Delivery) -> int:
        """Count this attempt, and commit the count, before anything can go wrong."""
        async with transaction(self.means.pool) as connection:
            begun: int = await connection.fetchval(
                SQL.begin_attempt, self._durable, delivery.event_id
            )
        return begun

    async def _hear(
        self, connection: Connection, deliveries: Sequence[Delivery], *, released: bool = False
    ) -> list[str]:
        """Take `deliveries` in; return NEW, SEEN, BEHIND or LATE for each."""
        events = [
            (n, d.event_id, d.chain_id, d.aggregate_id, d.version) for n, d in enumerate(deliveries)
        ]
        chains = list({d.chain_id for d in deliveries})
        rows = await connection.fetch(SQL.hear, chains, self._durable, events, released)
        return [row["verdict"] for row in rows]

    async def _run(self, connection: Connection, fresh: Sequence[Delivery]) -> int:
        uow = UnitOfWork(connection, self.means.advance, self.means.clock)
        owed = [
            (delivery, await uow.each(self.hearing.owed(delivery), delivery.chain_id))
            for delivery in fresh
        ]
        await uow.load([(o.aggregate, d.chain_id, o.key) for d, some in owed for o in some])
        for delivery, commands in owed:
            with self._span(delivery) as span:
                call = Invocation(
                    chain_id=delivery.chain_id,
                    actor=self._durable,
                    at=self.means.clock.now(),
                    cause_id=delivery.event_id,
                    traceparent=span.traceparent,
                )
                for one in commands:
                    await uow.run(one, call)
        return await uow.flush()

    def _span(self, delivery: Delivery) -> AbstractContextManager[Span]:
        return self.means.telemetry.span(
            f"process {self.hearing.stream}",
            Kind.CONSUMER,
            delivery.traceparent,
            links=[delivery.traceparent] if delivery.traceparent else [],
            attributes={
                "messaging.system": "nats",
                "messaging.operation.name": "process",
                "messaging.operation.type": "process",
                "messaging.destination.name": self.hearing.stream,
                "messaging.consumer.group.name": self._durable,
                "cloudevents.event_id": delivery.event_id,
                "cloudevents.event_type": delivery.type,
                "mesoflow.delivery_count": delivery.count,
            },
        )

    async def _park(
        self, delivery: Delivery, error: Exception, *, attempts: int, dead: bool
    ) -> None:
        self._complain("event parked", delivery, error)
        async with transaction(self.means.pool) as connection:
            await connection.execute(SQL.enter, [delivery.chain_id])
            await Parked(connection, self._durable).park(
                delivery, self._verdict(error, attempts, dead=dead)
            )

    def _verdict(self, error: Exception, attempts: int, *, dead: bool) -> Verdict:
        now = self.means.clock.now()
        return Verdict(reason_of(error), attempts, dead, now, next_attempt(now, attempts))

    def _complain(self, message: str, delivery: Delivery, error: Exception) -> None:
        logger.error(
            message,
            extra={
                "durable": self._durable,
                "event_id": delivery.event_id,
                "reason": reason_of(error),
            },
            exc_info=None if isinstance(error, DomainError) else error,
        )

    async def retry_due(self) -> None:
        """Try the head of each parked line that is due, and what follows it, in order."""
        async with acquired(self.means.due) as connection:
            places = await due_heads(connection, self._durable, self.means.clock.now())
        for place in places:
            await self._retry(place)

    async def _retry(self, place: Place) -> None:
        attempts = 0
        try:
            async with transaction(self.means.pool) as connection:
                await connection.execute(SQL.enter, [place.chain_id])
                parked = Parked(connection, self._durable)
                claimed = await parked.claim(place)
                if claimed is None:
                    return
                delivery, attempts = claimed
                verdicts = await self._hear(connection, [delivery], released=True)
                recorded = await self._run(connection, [delivery] if verdicts == ["NEW"] else [])
                await parked.release(place)
        except StoreUnavailable:
            raise
        except Exception as error:
            await self._failed_again(place, error, attempts + 1)
            return
        if recorded:
            self.means.committed.set()

    async def _failed_again(self, place: Place, error: Exception, attempts: int) -> None:
        dead = attempts >= ATTEMPTS_MOST
        async with transaction(self.means.pool) as connection:
            await connection.execute(SQL.enter, [place.chain_id])
            await Parked(connection, self._durable).failed_again(
                place, self._verdict(error, attempts, dead=dead)
            )


class TooManyAttempts(Exception):
    """A delivery was begun too often without coming to an end."""


def next_attempt(now: datetime, attempts: int) -> datetime:
    """Return when to try again after `attempts`."""
    step = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
    return now + timedelta(seconds=step)


def reason_of(error: Exception) -> str:
    """Return the code that says what was wrong; an unknown error's own words stay out."""
    if isinstance(error, DomainError):
        return error.reason
    if isinstance(error, TooManyAttempts):
        return "TOO_MANY_ATTEMPTS"
    return type(error).__name__
