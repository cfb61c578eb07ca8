"""Durable timers: a command owed at a time, fired once, whose request id is the timer's key."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.handling import AnyAggregate, Invocation, Owed, StoreUnavailable
from services.chassis.postgres.means import Means
from services.chassis.postgres.pool import acquired, transaction
from services.chassis.postgres.unit_of_work import UnitOfWork
from services.chassis.postgres.writing import SQL
from services.chassis.telemetry import Kind

logger = logging.getLogger(__name__)
POLL_SECONDS = 0.5
DUE_MOST = 100

# From (aggregate id, the time it was due) to the command.
Firing = Callable[[str, Any], object]
Firings = Mapping[str, tuple[AnyAggregate, Firing]]


@dataclass(frozen=True, slots=True)
class Timers:
    """Fires what is due. `firings` maps a timer's command name to its aggregate and command."""

    means: Means
    service: str
    firings: Firings

    async def run(self) -> None:
        """Fire what is due, until cancelled."""
        while True:
            try:
                await self.fire_due()
            except StoreUnavailable:
                logger.warning("timers wait for the store")
            await asyncio.sleep(POLL_SECONDS)

    async def fire_due(self) -> None:
        """Fire every timer whose time has come; one that fails stays, and is tried again."""
        async with acquired(self.means.due) as connection:
            rows = await connection.fetch(SQL.due_timers, self.means.clock.now(), DUE_MOST)
        for row in rows:
            try:
                await self._fire(str(row["chain_id"]), str(row["key"]))
            except StoreUnavailable:
                raise
            except Exception:
                logger.exception("timer failed", extra={"timer": str(row["key"])})
                await self._failed(str(row["chain_id"]), str(row["key"]))

    async def _failed(self, chain_id: str, key: str) -> None:
        """Note a failure: what has failed waits behind what has not."""
        async with transaction(self.means.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            await connection.execute(SQL.timer_failed, chain_id, key)

    async def _fire(self, chain_id: str, key: str) -> None:
        async with transaction(self.means.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            timer = await connection.fetchrow(SQL.claim_timer, chain_id, key)
            if timer is None or timer["due_at"] > self.means.clock.now():
                return
            # Before the command, which may set the same timer anew.
            await connection.execute(SQL.end_timer, chain_id, key)
            aggregate, command = self.firings[timer["command"]]
            with self.means.telemetry.span(
                f"fire {timer['command']}",
                Kind.INTERNAL,
                None,
                links=[timer["traceparent"]] if timer["traceparent"] else [],
            ) as span:
                call = Invocation(
                    chain_id=chain_id,
                    actor=f"{self.service}-timer",
                    at=self.means.clock.now(),
                    request_id=key,
                    traceparent=span.traceparent,
                )
                aggregate_id = str(timer["aggregate_id"])
                owed = Owed(aggregate, aggregate_id, command(aggregate_id, timer["due_at"]))
                uow = UnitOfWork(connection, self.means.advance, self.means.clock)
                await uow.run(owed, call)
                await uow.flush()
        self.means.committed.set()
