"""A store that was away may come back as an older one: nothing is remembered of before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from services.chassis.handling import Reader, StoreUnavailable
from services.consult.domain.clinic.commands import AddRoom
from services.consult.domain.clinic.model import Clinic
from services.consult.handlers.directory import CLINIC
from tests.support.calls import new_id
from tests.support.databases import Database
from tests.support.eventually import eventually
from tests.support.heard import Hearer
from tests.support.hearing import BARE_CLINIC
from tests.support.pair import Pair, add_room, in_step, opened

CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'app'
"""
WAITING = """
SELECT count(*) > 0 FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'app' AND wait_event_type = 'Lock'
"""
LOCKED = "LOCK TABLE chassis.journal IN EXCLUSIVE MODE"
SAVED = "SELECT version, head_hash, state FROM clinic WHERE id = $1"
OLDER = "UPDATE clinic SET version = $2, head_hash = $3, state = $4 WHERE id = $1"
LOST = """
WITH gone AS (
    DELETE FROM chassis.journal WHERE aggregate_id = $1 AND version > $2 RETURNING position)
DELETE FROM chassis.outbox o USING gone g WHERE o.position = g.position
"""
WAYS = ["remembered", "born", "searching", "heard", "retried"]


async def search(command: AddRoom, state: Clinic | None, reader: Reader) -> None:
    await reader.find(CLINIC, "jurisdiction_code", "GB")


async def cut_off_in_the_middle(database: Database, doing: Callable[[], Awaitable[object]]) -> None:
    """Cut every connection while `doing` waits for the store to write."""
    async with database.connected() as holding, holding.transaction():
        await holding.execute(LOCKED)
        task = asyncio.ensure_future(doing())
        await eventually(lambda: holding.fetchval(WAITING))
        await database.execute(CUT_OFF)
        with pytest.raises(StoreUnavailable):
            await task


@pytest.mark.parametrize("way", WAYS)
async def test_whoever_finds_the_store_away_makes_all_forget(hearer: Hearer, way: str) -> None:
    here, key, other = hearer.pair.here, await hearer.pair.known(), await hearer.pair.known()
    searching = replace(BARE_CLINIC, gathers={AddRoom: search})
    poison = hearer.courses.poisoned(hearer.chain)
    leads_to = hearer.courses.leads_to
    leads_to[poison.event_id] = leads_to[hearer.room(key, "R1").event_id]
    await hearer.inbox([poison])
    hearer.courses.poison.clear()
    here.clock.advance(seconds=1)
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "remembered": lambda: add_room(here, key, "R1"),
        "born": lambda: opened(here, new_id(), hearer.chain),
        "searching": lambda: add_room(here, key, "R1", searching),
        "heard": lambda: hearer.inbox([hearer.room(key, "R1")]),
        "retried": hearer.inbox.retry_due,
    }
    assert hearer.pair.slot(here, other).version == 1
    await cut_off_in_the_middle(hearer.pair.database, ways[way])
    await eventually(lambda: hearer.pair.slot(here, other) is None)


async def test_a_store_that_comes_back_older_is_not_written_over(pair: Pair) -> None:
    """Nobody asked anything while it was away, so nobody was told."""
    key, database = await pair.known(), pair.database
    (saved,) = await database.rows(SAVED, key)
    await add_room(pair.here, key, "lost")
    await database.execute(CUT_OFF)
    await eventually(lambda: pair.slot(pair.here, key) is None)
    await database.execute(OLDER, key, *saved)
    await database.execute(LOST, key, 1)
    pair.there.means.memory.clear()
    await add_room(pair.there, key, "kept")
    await add_room(pair.here, key, "R1")
    assert await pair.rooms(key) == ["kept", "R1"]
    assert await in_step(database) == 3
