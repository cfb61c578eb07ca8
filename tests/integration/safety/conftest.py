"""Safety on a database of its own, hearing what the test says for sessions."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from services.safety.events.published import CONTRACT
from services.safety.main import build
from tests.integration.merge.conftest import database_of
from tests.support.databases import Database
from tests.support.neighbour import Neighbour, neighbour
from tests.support.running import Blueprint, RunningService, serving
from tests.support.servers import Servers


@pytest.fixture
def database(real: Servers) -> Iterator[Database]:
    """A migrated database of safety with nothing in it."""
    with database_of(real, "safety") as made:
        yield made


@pytest.fixture
async def sessions(broker: Servers) -> AsyncIterator[Neighbour]:
    """Sessions, as far as safety hears of it."""
    async with neighbour(broker, "sessions") as made:
        yield made


@pytest.fixture
async def safety(
    broker: Servers, database: Database, sessions: Neighbour, tmp_path: Path
) -> AsyncIterator[RunningService]:
    """Safety, serving."""
    blueprint = Blueprint("safety", CONTRACT, build)
    async with serving(blueprint, broker, database, tmp_path) as made:
        yield made
