"""The chassis's own parts on a database of the bench, without a server around them."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.client import Client
from nats.js.errors import NotFoundError
from opentelemetry.sdk.trace import TracerProvider

from services.chassis.clock import Ids, SystemClock
from services.chassis.messages import Contract
from services.chassis.postgres.advance import Advance
from services.chassis.postgres.means import Means
from services.chassis.postgres.pool import open_pool
from services.chassis.telemetry import Telemetry
from tests.bench.stage import Stage

TRACED = 0.1
LONGEST_SECONDS = 60.0


def untold() -> Telemetry:
    """Return telemetry that samples as ever and sends its spans nowhere."""
    return Telemetry(TracerProvider(), TRACED)


@asynccontextmanager
async def means_on(stage: Stage, database: str, contract: Contract) -> AsyncIterator[Means]:
    """Lend what a service works with, on `database`."""
    url = stage.stack.postgres.url
    async with (
        await open_pool(url("app", database)) as pool,
        await open_pool(url("clock", database), 1) as due,
    ):
        yield Means(pool, due, Advance(Ids(), contract), SystemClock(), untold())


async def without_stream(client: Client, name: str) -> None:
    """Remove the stream of that name, if there is one."""
    try:
        await client.jetstream().delete_stream(name)
    except NotFoundError:
        return


async def until(done: asyncio.Event, *endless: Coroutine[Any, Any, None]) -> float:
    """Run `endless` until `done` is set; return how long that took."""
    started = time.perf_counter()
    async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(each) for each in endless]
        await done.wait()
        took = time.perf_counter() - started
        for task in running:
            task.cancel()
    return took
