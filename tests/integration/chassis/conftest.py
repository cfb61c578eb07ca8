"""Consult's directory, at hand."""

from collections.abc import AsyncIterator

import pytest

from services.consult.events.published import CONTRACT
from tests.support.databases import Database
from tests.support.directory import Directory, founded
from tests.support.heard import Courses, Hearer
from tests.support.pair import Pair
from tests.support.parts import Parts, parts
from tests.support.running import RunningService


@pytest.fixture
async def directory(consult: RunningService) -> Directory:
    """The administrator and the front desk of the test's chain, which is registered."""
    return await founded(consult)


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Parts]:
    """Store, feed and inbox of consult, without a server around them."""
    async with parts(database, CONTRACT) as made:
        yield made


@pytest.fixture
async def pair(bench: Parts, database: Database) -> AsyncIterator[Pair]:
    """The bench, and another process's store on the same database and chain."""
    async with parts(database, CONTRACT) as made:
        made.chain = bench.chain
        yield Pair(bench, made)


@pytest.fixture
async def hearer(pair: Pair) -> AsyncIterator[Hearer]:
    """Who hears alone, as a service does."""
    courses = Courses()
    async with courses.inbox(pair.here).alone() as inbox:
        yield Hearer(pair, inbox, courses)
