"""Billing on a database of its own, hearing neighbours that the test speaks for."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.billing.events.published import CONTRACT
from services.billing.main import build
from tests.integration.billing.till import Till
from tests.integration.merge.conftest import database_of
from tests.support.databases import Database
from tests.support.neighbour import neighbour
from tests.support.running import Blueprint, serving
from tests.support.servers import Servers


@pytest.fixture
def database(real: Servers) -> Iterator[Database]:
    """A migrated database of billing with nothing in it."""
    with database_of(real, "billing") as made:
        yield made


@pytest.fixture
async def till(broker: Servers, database: Database, tmp_path: Path) -> AsyncIterator[Till]:
    """A chain with prices, and a plan that was proposed."""
    async with AsyncExitStack() as stack:
        consult = await stack.enter_async_context(neighbour(broker, "consult"))
        sessions = await stack.enter_async_context(neighbour(broker, "sessions"))
        blueprint = Blueprint("billing", CONTRACT, build)
        billing = await stack.enter_async_context(serving(blueprint, broker, database, tmp_path))
        yield await Till(billing, consult, sessions).opened()
