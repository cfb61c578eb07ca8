"""Work that one process of a service does at a time, however many there are (ADR 15)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from services.chassis.postgres.pool import Connection, Pool, acquired
from services.chassis.postgres.writing import SQL

WAIT_SECONDS = 0.5


@asynccontextmanager
async def alone(pool: Pool, work: str) -> AsyncIterator[Connection]:
    """Wait until nobody else does `work`; lend the connection that holds it.

    The lock is the session's, so it goes with a killed process, and what is written through this
    very connection cannot be committed after another has taken over. Raises StoreUnavailable.
    """
    while True:
        async with acquired(pool) as connection:
            if await connection.fetchval(SQL.take_alone, work):
                try:
                    yield connection
                finally:
                    # Not back into the pool: whatever state it is in, its end is the lock's end.
                    # One that was lost has left the pool already, and says so.
                    with suppress(asyncpg.InterfaceError):
                        connection.terminate()
                return
        await asyncio.sleep(WAIT_SECONDS)
