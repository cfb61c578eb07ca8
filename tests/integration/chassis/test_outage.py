"""The store away for a while: calls fail fast and honestly, and all goes on when it is back."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from grpc import aio

from tests.integration.conftest import CONSULT
from tests.support.calls import Refusal, refusal, refusal_of
from tests.support.directory import Directory, founded
from tests.support.eventually import eventually
from tests.support.running import serving
from tests.support.servers import Servers, started_servers

AWAY = Refusal("UNAVAILABLE", "STORE_UNAVAILABLE")
FAST_SECONDS = 3.0
DEADLINE_SECONDS = 10.0


@pytest.fixture
async def alone(tmp_path: Path) -> AsyncIterator[tuple[Servers, Directory]]:
    """Consult on servers of its own, which the test may stop."""
    async with AsyncExitStack() as stack:
        servers = stack.enter_context(started_servers())
        database = servers.databases.create(await servers.databases.migrated("consult"))
        service = await stack.enter_async_context(serving(CONSULT, servers, database, tmp_path))
        yield servers, await founded(service)


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_calls_fail_fast_and_recover_by_themselves(
    alone: tuple[Servers, Directory], end: str
) -> None:
    servers, directory = alone
    clinic = (await directory.opened()).clinic_id
    unsure = directory.room(clinic)
    getattr(servers.postgres, end)()
    for _ in range(5):
        began = time.monotonic()
        told = await refusal(
            directory.admin.call(directory.directory.AddRoom, unsure, seconds=DEADLINE_SECONDS)
        )
        assert told == AWAY
        assert time.monotonic() - began < FAST_SECONDS
        assert await refusal(directory.clinic(clinic)) == AWAY
    servers.postgres.start()

    async def answered() -> str:
        try:
            return (await directory.admin.call(directory.directory.AddRoom, unsure)).etag
        except aio.AioRpcError as error:
            return "" if refusal_of(error) == AWAY else str(error)

    assert await eventually(answered) == '"2"'
    await eventually(lambda: feed_holds(directory, 3))


async def feed_holds(directory: Directory, events: int) -> bool:
    """Tell whether sequencer and relay have gone on."""
    reached = "SELECT feed_no FROM chassis.relay WHERE stream = 'CONSULT'"
    return await directory.service.database.value(reached) == events
