"""The whole system on this machine: PostgreSQL, nats-server and four services, and their end."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Coroutine, Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from deploy.local import state
from deploy.local.guard import Guard
from deploy.local.issuer import Issuer
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.service import Service, migrate

SERVICES = ("consult", "sessions", "billing", "safety")
# How a service's environment names the url of each role.
URLS = {"app": "DATABASE_URL", "owner": "OWNER_URL", "relay": "RELAY_URL", "clock": "CLOCK_URL"}
ResultT = TypeVar("ResultT")
UNWIND = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stack:
    """Servers and services over one state folder. What is started is stopped by `stop`."""

    def __init__(self, folder: Path, guard: Guard) -> None:
        """Reserve every port; nothing is started yet."""
        self.folder = folder
        self.postgres = Postgres(folder, guard)
        self.nats = Nats(folder, guard)
        self.issuer = Issuer(folder / "issuer")
        self.services = {name: Service(name, folder, guard) for name in SERVICES}

    def start(self) -> None:
        """Start everything, and return when every service says that it serves."""
        self.start_servers()
        for name in SERVICES:
            self.postgres.ensure_database(name)
        self.migrate({name: name for name in SERVICES})
        self.start_services(*SERVICES)

    def start_servers(self) -> None:
        """Start PostgreSQL and nats-server."""
        self.postgres.start()
        self.nats.start()

    def start_services(self, *names: str) -> None:
        """Start services, or start them again; they may wait for one another."""
        for name in names:
            self.services[name].start(self.environment(name, name))
        for name in names:
            self.services[name].await_ready()

    def migrate(self, databases: Mapping[str, str]) -> None:
        """Bring databases up to date; each is named under its service."""
        migrate((name, self.environment(name, kept)) for name, kept in databases.items())

    def environment(self, service: str, database: str) -> dict[str, str]:
        """Return the whole environment of `service` over `database`."""
        own = f"MESOFLOW_{service.upper()}"
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "MESOFLOW_ENV": "development",
            "MESOFLOW_STATE_DIR": str(self.folder),
            "MESOFLOW_NATS_URL": self.nats.url,
            "MESOFLOW_JWKS_URL": self.issuer.jwks_url,
            **{
                f"MESOFLOW_{name.upper()}_ADDRESS": each.address
                for name, each in self.services.items()
            },
            **{
                f"{own}_{ending}": self.postgres.url(role, database)
                for role, ending in URLS.items()
            },
        }

    def stop(self) -> None:
        """Stop everything that runs, in reverse order; one that fails does not keep the others."""
        with contextlib.ExitStack() as stops:
            stops.callback(self.postgres.stop)
            stops.callback(self.nats.stop)
            for service in self.services.values():
                stops.callback(service.stop)


@contextlib.contextmanager
def kept_stack() -> Iterator[Stack]:
    """Give the stack of this clone, not started; its data stays for the next run."""
    with _guarded() as guard, state.kept() as folder, _stopped(Stack(folder, guard)) as stack:
        yield stack


@contextlib.contextmanager
def fresh_stack() -> Iterator[Stack]:
    """Give a stack with nothing in it, not started; nothing of it stays."""
    with _guarded() as guard, state.fresh(guard) as folder, _stopped(Stack(folder, guard)) as stack:
        yield stack


@contextlib.contextmanager
def signals_unwind() -> Iterator[None]:
    """Make Ctrl-C, SIGTERM and a closed terminal leave `with` blocks in order.

    Ctrl-C too is set here: a shell starts what it puts in the background with it switched off.
    """

    def leave(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in UNWIND}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run_unwound(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run `work` on a loop of its own; a signal cancels it, and leaves as SystemExit afterwards.

    Raised inside the loop, as `signals_unwind` raises it elsewhere, it would cut through gRPC's
    own callbacks, and has crashed the interpreter.
    """
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in UNWIND}

    async def cancellable() -> ResultT | None:
        task = asyncio.ensure_future(work)

        def leave(number: int) -> None:
            came.append(number)
            task.cancel()

        for number in UNWIND:
            asyncio.get_running_loop().add_signal_handler(number, leave, number)
        with contextlib.suppress(asyncio.CancelledError):
            return await task
        return None

    try:
        result = asyncio.run(cancellable())
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        raise SystemExit(128 + came[0])
    assert result is not None, "only a signal cancels it"
    return result


@contextlib.contextmanager
def _guarded() -> Iterator[Guard]:
    guard = Guard()
    try:
        yield guard
    finally:
        guard.close()


@contextlib.contextmanager
def _stopped(stack: Stack) -> Iterator[Stack]:
    try:
        yield stack
    finally:
        stack.stop()
