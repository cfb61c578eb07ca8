"""Real servers for the session, a migrated database for each test, services in this process."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from services.consult.events.published import CONTRACT
from services.consult.main import build
from tests.support.databases import Database
from tests.support.running import Blueprint, RunningService, serving
from tests.support.servers import Servers, emptied, started_servers

CONSULT = Blueprint("consult", CONTRACT, build)
Serve = Callable[..., Awaitable[RunningService]]


@pytest.fixture(scope="session")
def real() -> Iterator[Servers]:
    """PostgreSQL and nats-server, started once."""
    with started_servers() as servers:
        yield servers


@pytest.fixture(scope="session")
def consult_template(real: Servers) -> str:
    """The migrated database that each test's own is copied from."""
    return real.databases.template("consult")


@pytest.fixture
def database(real: Servers, consult_template: str) -> Iterator[Database]:
    """A migrated database of consult with nothing in it."""
    made = real.databases.create(consult_template)
    yield made
    real.databases.drop(made)


@pytest.fixture
def broker(real: Servers) -> Servers:
    """The servers, with no stream on the broker."""
    emptied(real)
    return real


@pytest.fixture
async def serve(broker: Servers, database: Database, tmp_path: Path) -> AsyncIterator[Serve]:
    """Start a service on the test's database; `blueprint` and `clock` may be given."""
    async with AsyncExitStack() as stack:

        async def start(blueprint: Blueprint = CONSULT, **more: object) -> RunningService:
            return await stack.enter_async_context(
                serving(blueprint, broker, database, tmp_path, **more)  # type: ignore[arg-type]  # keywords of serving
            )

        yield start


@pytest.fixture
async def consult(serve: Serve) -> RunningService:
    """Consult, serving."""
    return await serve()
