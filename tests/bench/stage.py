"""The servers every figure is measured on, and who calls."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import asyncpg
import grpc
import uvloop

from deploy.local.guard import Guard
from deploy.local.issuer import EVERYDAY_ROLES, Person
from deploy.local.ports import Port
from deploy.local.processes import Program, Running
from deploy.local.stack import Stack, fresh_stack
from deploy.local.state import ROOT

ResultT = TypeVar("ResultT")
READY_SECONDS = 20.0
# One call in ten is traced, as PERFORMANCE's target has it.
SAMPLED = {"OTEL_TRACES_SAMPLER_ARG": "0.1"}


@dataclass(slots=True)
class Stage:
    """A stack with its servers running, and the one event loop that clients run on."""

    stack: Stack
    guard: Guard
    runner: asyncio.Runner
    _running: set[str] = field(default_factory=set)

    def run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        """Run `work` to its end."""
        return self.runner.run(work)

    def serve(self, *names: str) -> None:
        """Have these services running over migrated databases, and no others."""
        for name in self._running - set(names):
            self.stack.services[name].stop()
        new = [name for name in names if name not in self._running]
        for name in new:
            self.stack.postgres.ensure_database(name)
        self.stack.migrate({name: name for name in new})
        self.stack.start_services(*new)
        self._running = set(names)

    def migrated(self, service: str, database: str) -> None:
        """Have a database with the tables of `service`, and no service on it."""
        self.stack.postgres.ensure_database(database)
        self.stack.migrate({service: database})

    def database(self, name: str, schema: str) -> str:
        """Make a database of the floor's own, and return where its owner finds it."""
        self.stack.postgres.create_database(name)
        url = self.stack.postgres.url("superuser", name)
        self.run(_execute(url, schema))
        return url

    @contextlib.contextmanager
    def floor(self, module: str, *arguments: str) -> Iterator[str]:
        """Run a server of the floor in a process of its own; give its address."""
        port = Port()
        program = Program(
            name=f"floor-{module}-{port.number}",
            command=(sys.executable, "-m", f"tests.bench.floor.{module}", port.address, *arguments),
            folder=self.stack.folder,
            environment={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'proto' / 'gen'}"},
        )
        running = Running(program, self.guard)
        try:
            running.until(lambda: _listens(port.address), READY_SECONDS)
            yield port.address
        finally:
            running.stop()
            port.close()

    def token(self, chain: str, *roles: str) -> tuple[tuple[str, str], ...]:
        """Return the metadata of a caller in `chain`."""
        person = Person(
            sub="bench",
            chain=chain,
            roles=roles or EVERYDAY_ROLES,
            practitioner_id=str(uuid4()),
        )
        return (("authorization", f"Bearer {self.stack.issuer.issue(person)}"),)


def _listens(address: str) -> bool:
    with grpc.insecure_channel(address) as channel:
        try:
            grpc.channel_ready_future(channel).result(timeout=1)
        except grpc.FutureTimeoutError:
            return False
    return True


async def _execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()


@contextlib.contextmanager
def staged() -> Iterator[Stage]:
    """Give a stage with its servers running and empty; nothing of it stays."""
    os.environ.update(SAMPLED)
    guard = Guard()
    try:
        with (
            fresh_stack() as stack,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            stack.start_servers()
            yield Stage(stack, guard, runner)
    finally:
        guard.close()
