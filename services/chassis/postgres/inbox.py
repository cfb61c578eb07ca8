"""Answers a neighbour: once, in order, in the transaction of the effects; parks what fails."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Invocation, StoreUnavailable
from services.chassis.kernel import DomainError, Fault
from services.chassis.postgres.alone import alone
from services.chassis.postgres.draft import Draft, Drafts
from services.chassis.postgres.means import Means
from services.chassis.postgres.parked import Parked, Place, Verdict, due_heads
from services.chassis.postgres.pool import Connection, acquired, store_errors, transaction
from services.chassis.postgres.reads import MustHold
from services.chassis.postgres.unit_of_work import UnitOfWork
from services.chassis.postgres.writing import SQL, Heard
from services.chassis.telemetry import Kind, Span

logger = logging.getLogger(__name__)
ATTEMPTS_MOST = 8
BACKOFF_SECONDS = (0.2, 1, 3, 10, 30, 120, 600)


class OutOfOrder(DomainError):
    """An unseen event is older than one already heard of its aggregate; replay takes it in."""

    fault = Fault.CONFLICT


@dataclass(frozen=True, slots=True)
class Inbox:
    """Implements delivery.Answering for one durable.

    `held` is the connection of who hears `alone`: everything is written through it, so that nothing
    is once another hears.
    """

    means: Means
    hearing: Hearing
    held: "Connection | None" = None
    _drafts: Drafts = field(default_factory=Drafts)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator["Inbox"]:
        """Wait until no other process hears on this durable; lend the inbox that answers."""
        async with alone(self.means.pool, f"hear {self._durable}") as connection:
            yield replace(self, held=connection)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        if self.held is None:
            async with acquired(self.means.pool) as connection:
                yield connection
        else:
            with store_errors():
                yield self.held

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        async with self._connection() as connection, connection.transaction():
            yield connection

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        """Answer in one statement, or one transaction; where both fail, one by one, parking what
        fails alone.

        Raises StoreUnavailable when nothing could be said: the broker will deliver again.
        """
        if all(d.count == 1 for d in deliveries):
            if await self._drafted(deliveries):
                return
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

    async def _drafted(self, deliveries: Sequence[Delivery]) -> bool:
        """Answer in one statement what may rest on memory; tell whether that could be."""
        if not self._drafts.worth(deliveries):
            return False
        draft = Draft(self.means, self._drafts.searching)
        try:
            await self._answer(deliveries, draft)
            async with self._connection() as connection:
                recorded = await draft.store(connection, self._durable, deliveries)
        except StoreUnavailable:
            raise
        except MustHold:
            return False
        except Exception:
            # Decided anew with locks: what is refused or parked never rests on a memory.
            self.means.memory.forget(draft.places)
            return False
        self._drafts.heard(deliveries)
        if recorded:
            self.means.committed.set()
        return True

    async def _together(self, deliveries: Sequence[Delivery]) -> None:
        async with self._transaction() as connection:
            verdicts = await self._hear(connection, deliveries)
            parked = Parked(connection, self._durable)
            fresh: list[Delivery] = []
            # Parking first: answering narrows the transaction to the chains that it changes.
            for delivery, verdict in zip(deliveries, verdicts, strict=True):
                match verdict:
                    case "NEW":
                        fresh.append(delivery)
                    case "BEHIND":
                        self._drafts.parked(delivery)
                        await parked.append(delivery, self.means.clock.now())
                    case "LATE":
                        raise OutOfOrder(event_id=delivery.event_id)
            uow = self._uow(connection)
            await self._answer(fresh, uow)
            await uow.flush()
        self._drafts.heard(fresh)
        self._recorded(uow)

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
            async with self._transaction() as connection:
                await connection.execute(SQL.end_attempts, self._durable, [delivery.event_id])

    async def _begin(self, delivery: Delivery) -> int:
        """Count this attempt, and commit the count, before anything can go wrong."""
        async with self._transaction() as connection:
            begun: int = await connection.fetchval(
                SQL.begin_attempt, self._durable, delivery.event_id
            )
        return begun

    async def _hear(
        self, connection: Connection, deliveries: Sequence[Delivery], *, released: bool = False
    ) -> list[str]:
        """Take `deliveries` in; return NEW, SEEN, BEHIND or LATE for each."""
        heard = Heard.of(self._durable, deliveries)
        rows = await connection.fetch(
            SQL.hear, list(heard.chains), heard.durable, heard.events, released
        )
        return [row["verdict"] for row in rows]

    async def _answer(self, deliveries: Sequence[Delivery], unit: UnitOfWork | Draft) -> None:
        said = [(delivery.chain_id, self.hearing.owed(delivery)) for delivery in deliveries]
        owed = list(zip(deliveries, await unit.each(said), strict=True))
        commands = [(d.chain_id, one) for d, some in owed for one in some]
        await unit.load([(one.aggregate, chain_id, one.key) for chain_id, one in commands])
        await unit.look(commands)
        for delivery, some in owed:
            with self._span(delivery) as span:
                call = Invocation(
                    chain_id=delivery.chain_id,
                    actor=self._durable,
                    at=self.means.clock.now(),
                    cause_id=delivery.event_id,
                    traceparent=span.traceparent,
                )
                for one in some:
                    await unit.run(one, call)

    def _uow(self, connection: Connection) -> UnitOfWork:
        return UnitOfWork(connection, self.means.advance, self.means.clock)

    def _recorded(self, uow: UnitOfWork) -> None:
        if uow.recorded:
            uow.remember(self.means.memory)
            self.means.committed.set()

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
        self._drafts.parked(delivery)
        async with self._transaction() as connection:
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
                uow = self._uow(connection)
                await self._answer([delivery] if verdicts == ["NEW"] else [], uow)
                await uow.flush()
                await parked.release(place)
        except StoreUnavailable:
            raise
        except Exception as error:
            await self._failed_again(place, error, attempts + 1)
            return
        # Where more stand behind it, the next of them says so.
        self._drafts.released(place.aggregate_id)
        self._recorded(uow)

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
