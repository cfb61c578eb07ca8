"""Start a service, keep it running through losses of store and broker, bring it down in order."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import uvloop
from grpc import aio

from services.chassis.clock import Clock, DevelopmentClock, Ids, SystemClock
from services.chassis.delivery import Hearing
from services.chassis.grpc.api import Api
from services.chassis.grpc.client import channel_to
from services.chassis.grpc.scopes import Checks, refusing, traced
from services.chassis.grpc.server import GrpcServer, Servicer, grpc_server
from services.chassis.handling import AnyAggregate, StoreUnavailable
from services.chassis.identity import Verifier, signing_keys
from services.chassis.jetstream.connection import BrokerLost, connected, prove_alive
from services.chassis.jetstream.consumer import Consumer
from services.chassis.jetstream.relay import Relay
from services.chassis.logs import log_as_json
from services.chassis.messages import Contract
from services.chassis.ops.clock import MovableClock
from services.chassis.ops.service import Ops
from services.chassis.postgres.advance import Advance
from services.chassis.postgres.feed import ChainFeed, Feed, run_sequencer
from services.chassis.postgres.inbox import Inbox
from services.chassis.postgres.means import Means
from services.chassis.postgres.migrate import RevisionChanged, migrate
from services.chassis.postgres.pool import Pool, open_pool
from services.chassis.postgres.sealed import PostgresKeyStore
from services.chassis.postgres.store import PostgresStore
from services.chassis.sealing import FileKeyProvider, Sealer
from services.chassis.settings import Settings
from services.chassis.signals import Signal
from services.chassis.telemetry import Telemetry, telemetry
from services.chassis.timers import Firings, Timers
from services.chassis.watch import Watch

logger = logging.getLogger(__name__)
AGAIN_SECONDS = 0.5
RETRY_SECONDS = 0.5
CANCEL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that makes one service differ from another."""

    name: str
    contract: Contract
    aggregates: Sequence[AnyAggregate]
    servicers: Sequence[Servicer]
    hearings: Sequence[Hearing] = ()
    firings: Firings = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """What a service's `build` is handed: the way in, and the way to its neighbours."""

    api: Api
    pool: Pool
    channels: Mapping[str, aio.Channel]


Build = Callable[[Context], Service]


@dataclass(slots=True)
class Running:
    """One running service: its settings, its clock, its telemetry, and the signals between."""

    settings: Settings
    contract: Contract
    build: Build
    clock: Clock
    telemetry: Telemetry
    sequenced: Signal = field(default_factory=Signal)
    draining: asyncio.Event = field(default_factory=asyncio.Event)
    ids: Ids = field(default_factory=Ids)
    lag: dict[str, int] = field(default_factory=dict)

    async def serve(self, stopped: asyncio.Event) -> None:
        """Serve until `stopped`; then drain, and stop in the reverse order of starting."""
        settings = self.settings
        async with AsyncExitStack() as stack:
            pool = await stack.enter_async_context(await open_pool(settings.database_url))
            relays = await stack.enter_async_context(await open_pool(settings.relay_url, 4))
            due = await stack.enter_async_context(await open_pool(settings.clock_url, 2))
            channels = {
                name: await stack.enter_async_context(channel_to(address))
                for name, address in settings.neighbours.items()
            }
            means = Means(pool, due, Advance(self.ids, self.contract), self.clock, self.telemetry)
            api = self._api(means)
            service = self.build(Context(api, pool, channels))
            server = self._server(service, means, api)
            await server.serve()
            # What a service is made of is never garbage: looking through it cost a tenth of a call.
            gc.freeze()
            logger.info("serving", extra={"port": server.port})
            async with asyncio.TaskGroup() as tasks:
                loops = self._loops(service, means, Feed(relays))
                running = [tasks.create_task(_again(loop)) for loop in loops]
                await stopped.wait()
                self.draining.set()
                await server.drain()
                for task in running:
                    task.cancel()

    def _api(self, means: Means) -> Api:
        settings = self.settings
        keys = FileKeyProvider(settings.state_dir / "keys" / f"{settings.service}.json")
        store = PostgresStore(means)
        sealer = Sealer(keys, PostgresKeyStore(means.pool), self.ids)
        return Api(store, store, self.clock, self.ids, keys, sealer, self.telemetry)

    def _loops(self, service: Service, means: Means, feed: Feed) -> list[Callable[[], Any]]:
        inboxes = [Inbox(means, hearing) for hearing in service.hearings]
        return [
            lambda: run_sequencer(feed, means.committed, self.sequenced),
            lambda: self._on_the_broker(feed, inboxes),
            lambda: _retry_parked(inboxes),
            Timers(means, service.name, service.firings).run,
        ]

    async def _on_the_broker(self, feed: Feed, inboxes: Sequence[Inbox]) -> None:
        """Relay and hear on one connection; any doubt about it ends all of them together."""
        settings = self.settings
        async with connected(settings.nats_url, settings.service) as client:

            async def relay() -> None:
                async with feed.alone():
                    await Relay(
                        client, settings.service, feed, self.sequenced, self.telemetry
                    ).run()

            async def hear(inbox: Inbox) -> None:
                async with inbox.alone() as answer:
                    await Consumer(client, inbox.hearing, answer, self.lag).run()

            await _until_one_ends(prove_alive(client), relay(), *map(hear, inboxes))

    def _server(self, service: Service, means: Means, api: Api) -> GrpcServer:
        verifier = Verifier(signing_keys(self.settings.jwks_url))
        watch = Watch(
            service.name,
            ChainFeed(means.pool),
            {e.name: e for e in service.contract.types.values()},
            {a.name: a for a in service.aggregates},
            api.store,
            verifier,
            api.keys,
            self.clock,
            self.sequenced,
            self.draining,
        )
        ops = Ops(
            service.name,
            means.pool,
            service.contract,
            {a.name: a for a in service.aggregates},
            lambda: {h.durable: self.lag.get(h.durable) for h in service.hearings},
            self.clock,
            api.keys,
        )
        servicers = [*service.servicers, watch.servicer(), ops.servicer()]
        if isinstance(self.clock, DevelopmentClock):
            servicers.append(MovableClock(self.clock).servicer())
        scopes = [refusing(api.audited_refusal), traced(self.telemetry)]
        return grpc_server(self.settings.address, servicers, scopes, Checks(verifier))


async def _again(loop: Callable[[], Any]) -> None:
    """Run `loop` until cancelled, beginning it again after a failure."""
    while True:
        try:
            await loop()
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            logger.warning("begun again", extra={"because": _innermost(error)})
            await asyncio.sleep(AGAIN_SECONDS)


async def _until_one_ends(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends; end the others, and raise what ended the first.

    Not a TaskGroup, which cancels once: asyncio.wait_for of Python 3.11, which nats-py uses, loses
    a cancellation that meets its answer, and the group would wait for that task for ever.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        ended = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    finally:
        while left := [task for task in tasks if not task.done()]:
            for task in left:
                task.cancel()
            await asyncio.wait(left, timeout=CANCEL_SECONDS)
        # What ended in another way than it was asked to: looked at, or it is logged as forgotten.
        last = [task.exception() for task in tasks if not task.cancelled()]
    raise next((error for error in (*ended, *last) if error is not None), BrokerLost())


def _innermost(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


async def _retry_parked(inboxes: Sequence[Inbox]) -> None:
    while True:
        for inbox in inboxes:
            try:
                await inbox.retry_due()
            except StoreUnavailable:
                logger.warning("parked events wait for the store")
        await asyncio.sleep(RETRY_SECONDS)


def clock_of(settings: Settings) -> Clock:
    """Return the machine's clock, or in development one that can be moved."""
    if settings.development:
        return DevelopmentClock(settings.state_dir / "clock-offset")
    return SystemClock()


async def run(settings: Settings, contract: Contract, build: Build) -> None:
    """Serve until SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    spans = telemetry(settings)
    try:
        await Running(settings, contract, build, clock_of(settings), spans).serve(stopped)
    finally:
        spans.close()


def main(settings: Settings, contract: Contract, build: Build) -> None:
    """Run a service as this process; with the argument `migrate`, bring its store up to date."""
    log_as_json(settings.service)
    if sys.argv[1:] == ["migrate"]:
        try:
            names = asyncio.run(migrate(settings.owner_url, settings.service))
        except RevisionChanged as changed:
            # Nothing here is broken that a trace would show: the store is of other code.
            sys.exit(f"{changed} was edited after this store took it in")
        for name in names:
            logger.info("migrated", extra={"revision": name})
        return
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(settings, contract, build))
