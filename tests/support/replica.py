"""Several processes of one service on one database and broker, which a test may kill.

Run as a program it is consult, hearing courses: each version of one adds a room to the clinic that
its plan id names.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, replace
from pathlib import Path

from grpc import aio

from deploy.local.guard import Guard
from deploy.local.ports import Port
from deploy.local.processes import Program, Running
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.chassis.runtime import Context, Service, main
from services.consult.config import settings
from services.consult.domain.clinic.commands import AddRoom
from services.consult.events.published import CONTRACT
from services.consult.handlers.directory import CLINIC
from services.consult.main import build
from tests.support.databases import Database
from tests.support.eventually import eventually
from tests.support.running import serves
from tests.support.servers import Servers

START_SECONDS = 60.0


@dataclass(frozen=True)
class Replica:
    """One process of the service, and the way to call it."""

    program: Program
    process: Running
    channel: aio.Channel

    @property
    def log(self) -> str:
        return self.program.log.read_text()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self.process.kill()

    async def stop(self) -> None:
        """Let it finish what it began."""
        await asyncio.to_thread(self.process.stop)


@dataclass
class Replicas:
    """Those of one test."""

    servers: Servers
    database: Database
    folder: Path
    stack: AsyncExitStack
    started: int = 0

    async def start(self) -> Replica:
        """Return one more that serves."""
        self.started += 1
        guard = self.stack.enter_context(closing(Guard()))
        port = guard.hold(Port())
        address = {"MESOFLOW_CONSULT_ADDRESS": port.address}
        given = self.servers.stack.environment("consult", self.database.name)
        program = Program(
            name=f"replica-{self.started}",
            command=(sys.executable, "-m", "tests.support.replica"),
            folder=self.folder,
            environment=given | address | {"MESOFLOW_STATE_DIR": str(self.folder)},
        )
        channel = await self.stack.enter_async_context(aio.insecure_channel(port.address))
        replica = Replica(program, Running(program, guard), channel)
        self.stack.callback(replica.kill)
        await eventually(lambda: serves(channel), seconds=START_SECONDS)
        return replica


@asynccontextmanager
async def replicas(servers: Servers, database: Database, folder: Path) -> AsyncIterator[Replicas]:
    """Lend the starting of processes; all of them are ended."""
    async with AsyncExitStack() as stack:
        yield Replicas(servers, database, folder, stack)


def add_room(event: sessions.CourseScheduled, delivery: Delivery) -> Sequence[Owed]:
    """Add a room, named after the version, to the clinic that the plan id names."""
    room = derived_id("room", delivery.event_id)
    command = AddRoom(event.plan_id, room, f"v{delivery.version}", delivery.occurred_at)
    return [Owed(CLINIC, event.plan_id, command)]


def built(context: Context) -> Service:
    """Return consult with this one hearing."""
    hearing = Hearing("consult", "sessions", {sessions.CourseScheduled: add_room})
    return replace(build(context), hearings=(hearing,))


if __name__ == "__main__":
    main(settings(), CONTRACT, built)
