"""One of the floor's three services: accepts, or hears the one before; stores, and tells.

Every step is durable: a row and an outbox row in one statement, published by a relay of its own.
"""

import argparse
import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import grpc
import nats
import uvloop
from grpc import aio
from nats.aio.client import Client
from nats.aio.msg import Msg

from mesoflow.consult.v1 import events_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from tests.bench.floor.relay import STREAM, Publisher, relay
from tests.bench.floor.rows import CLAIM, CREATE, Group, Pool, columns, open_pool, padded

LIFE_SECONDS = 900
SERVICE = "mesoflow.consult.v1.PlanService"
POOL_SIZE = 8
FETCHED_TOGETHER = 128
FETCH_SECONDS = 5.0
PENDING_BYTES = 64 * 1024 * 1024
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
# What each role hears and says.
ROLES = {
    "accept": ("", "floor.accepted"),
    "open": ("floor.accepted", "floor.opened"),
    "bill": ("floor.opened", "floor.billed"),
}


@dataclass(frozen=True, slots=True)
class Flow:
    """What one of the three does."""

    pool: Pool
    group: Group
    wake: asyncio.Event
    role: str
    sizes: tuple[int, int]

    def row(self, plan_id: str) -> tuple[object, ...]:
        """Return the thing that `plan_id` leads to here, and its event, in our sizes."""
        event = events_pb2.PlanAccepted(plan_id=plan_id)
        event.accepted_at.GetCurrentTime()
        state, said = (padded(event, size) for size in self.sizes)
        return (UUID(plan_id), "ACCEPTED", state, uuid4(), ROLES[self.role][1], TRACEPARENT, said)

    async def accept(self, request: pb.AcceptPlanRequest, _: object) -> pb.AcceptPlanResponse:
        """Store and answer."""
        await self.group.submit(self.row(request.plan_id))
        self.wake.set()
        return pb.AcceptPlanResponse(plan_id=request.plan_id, etag='"1"')

    async def hear(self, messages: Sequence[Msg]) -> None:
        """Answer a batch in one transaction, each message once."""
        heard = [
            (UUID((m.headers or {})["Nats-Msg-Id"]), events_pb2.PlanAccepted.FromString(m.data))
            for m in messages
        ]
        async with self.pool.acquire() as connection, connection.transaction():
            claimed = await connection.fetch(CLAIM, [event_id for event_id, _ in heard])
            new = {row["id"] for row in claimed}
            rows = [self.row(event.plan_id) for event_id, event in heard if event_id in new]
            if rows:
                await connection.execute(CREATE, *columns(rows))
        self.wake.set()
        for message in messages:
            await message.ack()

    @property
    def handler(self) -> grpc.GenericRpcHandler:
        """The one rpc, under its published name."""
        rpc = grpc.unary_unary_rpc_method_handler(
            self.accept, pb.AcceptPlanRequest.FromString, pb.AcceptPlanResponse.SerializeToString
        )
        return grpc.method_handlers_generic_handler(SERVICE, {"AcceptPlan": rpc})


async def consume(client: Client, flow: Flow) -> None:
    """Hear what the role hears, until cancelled."""
    subject, _ = ROLES[flow.role]
    if not subject:
        return
    pulled = await client.jetstream().pull_subscribe(subject, durable=flow.role, stream=STREAM)
    while True:
        try:
            messages = await pulled.fetch(FETCHED_TOGETHER, timeout=FETCH_SECONDS)
        except nats.errors.TimeoutError:
            continue
        await flow.hear(messages)


async def serve(given: argparse.Namespace) -> None:
    """Serve until stopped, and at the longest for LIFE_SECONDS."""
    pool = await open_pool(given.database, POOL_SIZE)
    client = await nats.connect(given.nats, pending_size=PENDING_BYTES)
    publisher, wake = Publisher(client), asyncio.Event()
    await publisher.start()
    sizes = (given.state_bytes, given.event_bytes)
    flow = Flow(pool, Group(pool, CREATE), wake, given.role, sizes)
    server = aio.server(options=(("grpc.so_reuseport", 0),))
    server.add_generic_rpc_handlers((flow.handler,))
    server.add_insecure_port(given.address)
    await server.start()
    async with asyncio.timeout(LIFE_SECONDS), asyncio.TaskGroup() as tasks:
        tasks.create_task(relay(pool, publisher, wake))
        tasks.create_task(consume(client, flow))


def main() -> None:
    """Read what the bench says, and serve."""
    parser = argparse.ArgumentParser()
    for name in ("address", "database", "nats"):
        parser.add_argument(name)
    parser.add_argument("role", choices=ROLES)
    parser.add_argument("state_bytes", type=int)
    parser.add_argument("event_bytes", type=int)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
