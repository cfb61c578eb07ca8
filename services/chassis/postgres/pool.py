"""Connections: bounded waits, no session state, and one honest error when the store is away."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Self, TypeAlias

import asyncpg

from services.chassis.handling import StoreUnavailable

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"

ACQUIRE_SECONDS = 2.0
COMMAND_SECONDS = 10.0
CONNECT_SECONDS = 2.0
POOL_SIZE = 16

# Everything here is looked up by key in tables that grow. Left to itself the planner works the
# same statements out again at every call (for arrays it believes that pays: a third of a load),
# or keeps a scan that was right for ten rows.
BY_KEY = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}

# A machine that went without a word is found out in seconds, and lets go of what it held.
MISSED = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
}

# Connection lost or refused, server starting or stopping, or no answer in time.
AWAY = (
    OSError,
    asyncio.TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What a connection says between the server's last word and its end.
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


class StatelessConnection(asyncpg.Connection):
    """Every setting we make is local to its transaction, so a release has nothing to reset."""

    def get_reset_query(self) -> str:
        return ""


@dataclass(slots=True)
class Pool:
    """A pool whose connections stay at hand between uses, while nobody waits for one.

    asyncpg's own giving back makes a task and resets what we never set: that and the taking cost
    as much as a small statement. `when_lost` is called after the end of any connection.
    """

    _pool: "asyncpg.Pool[asyncpg.Record]"
    when_lost: list[Callable[[], None]] = field(default_factory=list)
    _at_hand: list[Connection] = field(default_factory=list)
    _waiting: int = 0
    _closing: bool = False

    async def take(self) -> Connection:
        """Return a connection, waiting at most ACQUIRE_SECONDS for it."""
        while self._at_hand:
            connection = self._at_hand.pop()
            if usable(connection):
                return connection
            await self._pool.release(connection)
        self._waiting += 1
        try:
            # Not acquire(timeout=...), which makes a task of every wait.
            async with asyncio.timeout(ACQUIRE_SECONDS):
                return await self._pool.acquire()
        finally:
            self._waiting -= 1

    async def give(self, connection: Connection, *, sound: bool) -> None:
        """Take a connection back; one that is not `sound` goes through asyncpg's own checks."""
        if sound and not (self._waiting or self._closing) and usable(connection):
            self._at_hand.append(connection)
        else:
            await self._pool.release(connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        # First of all: closing waits for whoever still uses one, and would wait for it at hand.
        self._closing = True
        while self._at_hand:
            await self._pool.release(self._at_hand.pop())
        await self._pool.close()


def usable(connection: Connection) -> bool:
    """Tell whether a connection is open, and still ours."""
    try:
        return not connection.is_closed()
    except asyncpg.InterfaceError:
        # Terminated, it has left the pool already.
        return False


async def open_pool(url: str, size: int = POOL_SIZE) -> Pool:
    """Return a pool on `url`; the first connection is made when it is first needed."""
    when_lost: list[Callable[[], None]] = []

    def lost(_: object) -> None:
        for told in when_lost:
            told()

    async def watch(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        connection.add_termination_listener(lost)

    pool = await asyncpg.create_pool(
        url,
        init=watch,
        min_size=0,
        max_size=size,
        # Or each release would set a timer anew.
        max_inactive_connection_lifetime=0,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        connection_class=StatelessConnection,
        server_settings=BY_KEY | MISSED,
    )
    return Pool(pool, when_lost)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn a store that is away into StoreUnavailable. Its own words carry data: they stay here."""
    try:
        yield
    except AWAY as error:
        # asyncpg's client-side refusal of a value is an InterfaceError too, but ours to mend.
        if isinstance(error, ValueError):
            raise
        raise StoreUnavailable from error


@asynccontextmanager
async def acquired(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection, waiting at most ACQUIRE_SECONDS for it."""
    with store_errors():
        connection = await pool.take()
        sound = False
        try:
            yield connection
            sound = True
        finally:
            await pool.give(connection, sound=sound)


@asynccontextmanager
async def transaction(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection inside a transaction."""
    async with acquired(pool) as connection, connection.transaction():
        yield connection


@asynccontextmanager
async def snapshot(pool: Pool) -> AsyncIterator[Connection]:
    """Lend a connection whose statements all see one moment, so that what they read fits."""
    async with (
        acquired(pool) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection
