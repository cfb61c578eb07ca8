"""The chassis's parts on a test's database, without a server around them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from services.chassis.clock import Ids
from services.chassis.handling import Invocation, Outcome, Owed
from services.chassis.messages import Contract
from services.chassis.postgres.advance import Advance
from services.chassis.postgres.feed import Feed
from services.chassis.postgres.means import Means
from services.chassis.postgres.pool import open_pool
from services.chassis.postgres.store import PostgresStore
from tests.support.calls import new_id
from tests.support.clocks import ShiftedClock
from tests.support.databases import Database
from tests.support.running import recorded_telemetry


@dataclass
class Parts:
    """A store, its means and its feed; `clock` is the test's to move."""

    database: Database
    means: Means
    clock: ShiftedClock
    store: PostgresStore
    feed: Feed
    chain: str = field(default_factory=new_id)

    def call(self, **more: Any) -> Invocation:  # noqa: ANN401 - fields of Invocation by name
        """Return an invocation in the test's chain."""
        given: dict[str, Any] = {
            "chain_id": self.chain,
            "actor": "someone",
            "at": self.clock.now(),
            "request_id": new_id(),
        }
        return Invocation(**(given | more))

    async def handle(
        self,
        owed: Owed,
        answer: Callable[[Outcome[Any]], bytes] = lambda outcome: b"",
        **more: Any,  # noqa: ANN401 - fields of Invocation by name
    ) -> bytes:  # ANN401 is met by `call`
        """Run a command."""
        return await self.store.handle(owed, self.call(**more), answer)


@asynccontextmanager
async def parts(database: Database, contract: Contract) -> AsyncIterator[Parts]:
    """Lend the parts of a service on `database`."""
    clock = ShiftedClock()
    telemetry, _ = recorded_telemetry()
    async with (
        await open_pool(database.url("app")) as pool,
        await open_pool(database.url("clock"), 2) as due,
        await open_pool(database.url("relay"), 4) as relays,
    ):
        means = Means(pool, due, Advance(Ids(), contract), clock, telemetry)
        yield Parts(database, means, clock, PostgresStore(means), Feed(relays))
    telemetry.close()
