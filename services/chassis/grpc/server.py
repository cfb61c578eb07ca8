"""The gRPC server: limits, health, reflection, one interceptor, a drain that tells its watchers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import Default
from grpc import aio
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.chassis.grpc.scope import Check, Scope, Scopes
from services.chassis.messages import method_roles

OPTIONS = (
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", 4 * 1024 * 1024),
    ("grpc.max_concurrent_streams", 1000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
)
CONCURRENT_CALLS_MOST = 2000
GRACE_SECONDS = 5.0


class MethodUnguarded(Exception):
    """A method does not say in its .proto who may call it; the service does not start."""


@dataclass(frozen=True, slots=True)
class Servicer:
    """One proto service: its full name, and how its implementation joins a server."""

    name: str
    register: Callable[[aio.Server], None]


@dataclass(slots=True)
class GrpcServer:
    """A server with its health."""

    server: aio.Server
    health: health.aio.HealthServicer
    names: Sequence[str]
    port: int

    async def serve(self) -> None:
        await self.server.start()
        for name in (*self.names, ""):
            await self.health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def drain(self) -> None:
        """Say NOT_SERVING, let calls in flight finish, then stop."""
        await self.health.enter_graceful_shutdown()
        await self.server.stop(GRACE_SECONDS)


def methods_of(names: Sequence[str]) -> dict[str, MethodDescriptor]:
    """Return every method by its path; raises MethodUnguarded for one without (auth) roles."""
    found: dict[str, MethodDescriptor] = {}
    for name in names:
        for method in Default().FindServiceByName(name).methods:
            if not method_roles(method):
                raise MethodUnguarded(method.full_name)
            found[f"/{name}/{method.name}"] = method
    return found


def grpc_server(
    address: str, servicers: Sequence[Servicer], scopes: Sequence[Scope], check: Check
) -> GrpcServer:
    """Build a server on `address` with `servicers` behind `scopes`."""
    names = [servicer.name for servicer in servicers]
    server = aio.server(
        interceptors=[Scopes(methods_of(names), scopes, check)],
        options=OPTIONS,
        maximum_concurrent_rpcs=CONCURRENT_CALLS_MOST,
    )
    for servicer in servicers:
        servicer.register(server)
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection(
        [*names, health.SERVICE_NAME, reflection.SERVICE_NAME], server
    )
    port = server.add_insecure_port(address)
    return GrpcServer(server, checks, names, port)
