"""Sessions and safety on databases of their own, hearing neighbours that the test speaks for."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.chassis.runtime import Context, Service
from services.safety.events.published import CONTRACT as SAFETY_CONTRACT
from services.safety.main import build as build_safety
from services.sessions.api import session
from services.sessions.clients.safety import Safety
from services.sessions.events.published import CONTRACT as SESSIONS_CONTRACT
from services.sessions.main import build as build_sessions
from tests.integration.merge.treating import Ward
from tests.support.databases import Database
from tests.support.neighbour import neighbour
from tests.support.running import Blueprint, RunningService, serving
from tests.support.servers import Servers

NEEDLE = "mesoflow.sessions.v1.SessionService"


@contextmanager
def database_of(real: Servers, name: str) -> Iterator[Database]:
    """Lend a migrated database of `name`."""
    made = real.databases.create(real.databases.template(name))
    try:
        yield made
    finally:
        real.databases.drop(made)


@pytest.fixture
def databases(real: Servers) -> Iterator[dict[str, Database]]:
    """A database for each of the two services."""
    with database_of(real, "safety") as safety, database_of(real, "sessions") as sessions:
        yield {"safety": safety, "sessions": sessions}


def asking(safety: RunningService) -> Blueprint:
    """Return sessions that asks this safety at the needle."""

    def change(service: Service, context: Context) -> Service:
        needle = session.servicer(context.api, Safety(safety.channel))
        servicers = [needle if each.name == NEEDLE else each for each in service.servicers]
        return replace(service, servicers=tuple(servicers))

    return Blueprint("sessions", SESSIONS_CONTRACT, build_sessions, change)


@pytest.fixture
async def ward(
    broker: Servers, databases: dict[str, Database], tmp_path: Path
) -> AsyncIterator[Ward]:
    """A chain that is ready to treat."""
    async with AsyncExitStack() as stack:
        consult = await stack.enter_async_context(neighbour(broker, "consult"))
        billing = await stack.enter_async_context(neighbour(broker, "billing"))
        blueprint = Blueprint("safety", SAFETY_CONTRACT, build_safety)
        safety = await stack.enter_async_context(
            serving(blueprint, broker, databases["safety"], tmp_path / "safety")
        )
        sessions = await stack.enter_async_context(
            serving(asking(safety), broker, databases["sessions"], tmp_path / "sessions")
        )
        yield await Ward(sessions, safety, consult, billing).opened()
