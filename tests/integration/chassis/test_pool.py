"""Connections stay at hand, never more than allowed; none is lost, or lent when it is gone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from services.chassis.handling import StoreUnavailable
from services.chassis.postgres import pool as pools
from services.chassis.postgres.pool import Pool, acquired, open_pool
from tests.support.databases import Database
from tests.support.eventually import eventually

SIZE = 3
OPEN = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'app'"
)
CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'app'
"""
PID = "SELECT pg_backend_pid()"
LOCKED = "LOCK TABLE clinic IN ACCESS EXCLUSIVE MODE"
READ = "SELECT count(*) FROM clinic"
WAITING = "SELECT count(*) FROM pg_locks WHERE relation = 'clinic'::regclass AND NOT granted"


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    async with await open_pool(database.url("app"), SIZE) as made:
        yield made


async def pid(pool: Pool) -> int:
    """Use a connection; return the process at its other end."""
    async with acquired(pool) as connection:
        found: int = await connection.fetchval(PID)
    return found


@asynccontextmanager
async def all_taken(pool: Pool) -> AsyncIterator[list[pools.Connection]]:
    """Hold every connection; those that are left in the list are given back."""
    held = [await pool.take() for _ in range(SIZE)]
    yield held
    for connection in held:
        await pool.give(connection, sound=True)


async def begun_waiting(pool: Pool, many: int = 1) -> None:
    await eventually(lambda: pool._waiting == many)


async def works_in_full(pool: Pool) -> None:
    """Hold that every connection can still be had, at one time."""
    async with all_taken(pool) as held:
        told = {await connection.fetchval(PID) for connection in held}
    assert len(told) == SIZE


async def test_one_after_another_use_the_same_connection(pool: Pool, database: Database) -> None:
    assert len({await pid(pool) for _ in range(5)}) == 1
    assert await database.value(OPEN) == 1


async def test_never_more_are_open_than_allowed(pool: Pool, database: Database) -> None:
    most = 0

    async def use() -> None:
        nonlocal most
        async with acquired(pool) as connection:
            most = max(most, await connection.fetchval(OPEN))

    for _ in range(5):
        await asyncio.gather(*[use() for _ in range(10 * SIZE)])
    assert most == SIZE
    assert await database.value(OPEN) == SIZE
    await works_in_full(pool)


@pytest.mark.parametrize("sound", [True, False])
async def test_who_waits_gets_the_one_that_is_given_back(pool: Pool, sound: bool) -> None:
    async with all_taken(pool) as held:
        told = {await connection.fetchval(PID) for connection in held}
        waiting = [asyncio.create_task(pid(pool)) for _ in range(4)]
        await begun_waiting(pool, 4)
        await pool.give(held.pop(), sound=sound)
        assert set(await asyncio.gather(*waiting)) < told
    await works_in_full(pool)


async def test_who_waits_is_served_when_one_is_lost(pool: Pool) -> None:
    async with all_taken(pool) as held:
        told = {await connection.fetchval(PID) for connection in held}
        waiting = asyncio.create_task(pid(pool))
        await begun_waiting(pool)
        held[0].terminate()
        await pool.give(held.pop(0), sound=False)
        assert await waiting not in told
    await works_in_full(pool)


async def test_who_waits_in_vain_is_told_so(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "ACQUIRE_SECONDS", 0.01)
    async with all_taken(pool):
        with pytest.raises(StoreUnavailable):
            await pid(pool)
        assert pool._waiting == 0
    await works_in_full(pool)


@pytest.mark.parametrize("way", ["cut off", "closed", "terminated"])
async def test_one_that_ended_at_hand_is_not_lent(pool: Pool, database: Database, way: str) -> None:
    async with all_taken(pool):
        pass
    before = list(pool._at_hand)
    if way == "cut off":
        await database.execute(CUT_OFF)
        await eventually(lambda: not any(map(pools.usable, before)))
    for connection in before:
        if way == "closed":
            await connection.close()
        elif way == "terminated":
            connection.terminate()
    assert await pid(pool) > 0
    await works_in_full(pool)
    assert await database.value(OPEN) == SIZE


@pytest.mark.parametrize("end", ["terminated", "refused", "left open"])
async def test_one_that_ends_in_use_is_not_kept_at_hand(pool: Pool, end: str) -> None:
    async def use() -> None:
        async with acquired(pool) as connection:
            await connection.transaction().start()
            if end == "terminated":
                connection.terminate()
            await connection.execute("SELECT 1/0" if end == "refused" else "SELECT 1")
            raise LookupError

    with pytest.raises((StoreUnavailable, asyncpg.DivisionByZeroError, LookupError)):
        await use()
    assert pool._at_hand == []
    async with acquired(pool) as connection:
        assert not connection.is_in_transaction()
    await works_in_full(pool)


async def test_a_user_who_is_cancelled_leaks_nothing(pool: Pool, database: Database) -> None:
    async def read() -> None:
        async with acquired(pool) as connection:
            await connection.fetchval(READ)

    async with database.connected() as holding, holding.transaction():
        await holding.execute(LOCKED)
        using = [asyncio.create_task(read()) for _ in range(SIZE)]

        async def all_wait() -> bool:
            return bool(await holding.fetchval(WAITING) == SIZE)

        await eventually(all_wait)
        waiting = [asyncio.create_task(read()) for _ in range(SIZE)]
        await begun_waiting(pool, SIZE)
        for task in (*waiting, *using):
            task.cancel()
        told = await asyncio.gather(*using, *waiting, return_exceptions=True)
        assert [type(each) for each in told] == [asyncio.CancelledError] * 2 * SIZE
        assert pool._waiting == 0
    await works_in_full(pool)
    assert await database.value(OPEN) == SIZE


async def test_many_cancelled_at_any_moment_leak_nothing(pool: Pool) -> None:
    for turns in range(40):
        tasks = [asyncio.create_task(pid(pool)) for _ in range(2 * SIZE)]
        for _ in range(turns):
            await asyncio.wait(tasks, timeout=0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert pool._waiting == 0
    await works_in_full(pool)


async def test_closing_waits_for_who_still_uses_one_and_then_ends(database: Database) -> None:
    pool = await open_pool(database.url("app"), SIZE)
    async with all_taken(pool):
        pass
    used = await pool.take()
    closing = asyncio.create_task(pool.__aexit__())
    await eventually(lambda: pool._pool.is_closing())
    assert await used.fetchval(PID) > 0
    await pool.give(used, sound=True)
    async with asyncio.timeout(5):
        await closing
    with pytest.raises(StoreUnavailable):
        await pid(pool)
    assert await database.value(OPEN) == 0
