"""A service in this process: the real one, with its clock, ids and store in the test's hand."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from deploy.local.ports import Port
from services.chassis.clock import Clock, Ids
from services.chassis.messages import Contract
from services.chassis.runtime import Build, Context, Running, Service
from services.chassis.settings import Settings
from services.chassis.telemetry import Telemetry
from tests.support.calls import Caller, new_id
from tests.support.clocks import ShiftedClock
from tests.support.databases import Database
from tests.support.eventually import eventually
from tests.support.servers import Servers

Change = Callable[[Service, Context], Service]
STOP_SECONDS = 20.0
# A service that runs alone has its neighbours at an address where nobody listens.
NOBODY = "127.0.0.1:1"


@dataclass
class RunningService:
    """One service that serves, and everything a test needs to talk to it."""

    name: str
    servers: Servers
    database: Database
    settings: Settings
    running: Running
    clock: ShiftedClock
    spans: InMemorySpanExporter
    channel: aio.Channel
    chain: str = field(default_factory=new_id)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    task: "asyncio.Task[None] | None" = None

    async def stop(self) -> None:
        """Stop it in good order, as SIGTERM does, and wait until it has."""
        self.stopping.set()
        assert self.task is not None
        async with asyncio.timeout(STOP_SECONDS):
            await self.task

    def caller(self, *roles: str, chain: str = "", **more: object) -> Caller:
        """Return someone of this service's test chain, or of `chain`, with `roles`."""
        made = Caller(self.servers.issuer, chain or self.chain, roles)
        return replace(made, **more)  # type: ignore[arg-type]  # fields of Caller by name


@dataclass(frozen=True)
class Blueprint:
    """What a service is made from; a test may change what `build` returns."""

    name: str
    contract: Contract
    build: Build
    change: Change = lambda service, context: service

    def built(self, context: Context) -> Service:
        return self.change(self.build(context), context)


def settings_for(name: str, servers: Servers, database: Database, folder: Path) -> Settings:
    """Return development settings of `name` on `database`, at a free port."""
    port = Port()
    port.close()
    return Settings(
        service=name,
        environment="development",
        address=port.address,
        database_url=database.url("app"),
        relay_url=database.url("relay"),
        clock_url=database.url("clock"),
        owner_url=database.url("owner"),
        nats_url=servers.nats.url,
        jwks_url=servers.issuer.jwks_url,
        state_dir=folder,
        neighbours=dict.fromkeys(("safety", "sessions", "billing"), NOBODY),
        otlp_endpoint=None,
        trace_ratio=1.0,
    )


@asynccontextmanager
async def serving(
    blueprint: Blueprint,
    servers: Servers,
    database: Database,
    folder: Path,
    clock: ShiftedClock | None = None,
) -> AsyncIterator[RunningService]:
    """Run a service until the block ends; it is stopped in good order, as by SIGTERM."""
    settings = settings_for(blueprint.name, servers, database, folder)
    clock = clock or ShiftedClock()
    telemetry, spans = recorded_telemetry()
    running = running_of(blueprint, settings, clock, telemetry)
    async with aio.insecure_channel(settings.address) as channel:
        service = RunningService(
            blueprint.name, servers, database, settings, running, clock, spans, channel
        )
        service.task = task = asyncio.create_task(running.serve(service.stopping))
        try:
            await eventually(lambda: serves(channel, task))
            yield service
        finally:
            await service.stop()
            telemetry.close()


def running_of(
    blueprint: Blueprint, settings: Settings, clock: Clock, telemetry: Telemetry
) -> Running:
    """Return the service's parts, not started."""
    return Running(settings, blueprint.contract, blueprint.built, clock, telemetry, ids=Ids())


def recorded_telemetry(ratio: float = 1.0) -> tuple[Telemetry, InMemorySpanExporter]:
    """Return telemetry whose spans stay in memory."""
    spans = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return Telemetry(provider, ratio), spans


async def serves(channel: aio.Channel, task: "asyncio.Task[None] | None" = None) -> bool:
    """Tell whether it says that it serves; fail with its own error when it has ended."""
    if task is not None and task.done():
        task.result()
        raise AssertionError("the service ended by itself")
    try:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=1, wait_for_ready=True)
    except aio.AioRpcError:
        return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
