"""flow: PlanAccepted → CourseOpened → InvoiceIssued a second, against three hand-written services.

Ours goes the real way: AcceptPlan over gRPC on plans that were proposed, quoted and signed before,
four service processes, and on the way accounts, gates and fact rows that the floor knows nothing
of. The floor stores and publishes as many bytes at each of its three steps.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
from google.protobuf.message import Message
from grpc import aio
from nats.aio.msg import Msg

from deploy.demo.client import FRONT_DESK
from mesoflow.billing.v1.events_pb2 import InvoiceIssued
from mesoflow.consult.v1.events_pb2 import PlanAccepted
from mesoflow.consult.v1.service_pb2 import AcceptPlanRequest
from mesoflow.consult.v1.service_pb2_grpc import PlanServiceStub
from services.chassis.jetstream.connection import connected
from tests.bench.command_rpc import AT_ONCE, CALL_SECONDS, Metadata
from tests.bench.floor import relay
from tests.bench.floor.rows import SCHEMA
from tests.bench.measure import Effort, Line, Round, Sample, rates, sample
from tests.bench.ours import without_stream
from tests.bench.stage import Stage
from tests.support.chains import TREATED, founded, steps_before, take

CONCURRENCY = 32
EVENTS_PER_FLOW = 25
# Longer than the broker waits for an acknowledgement: what a fetch of the floor strands comes back.
EFFECT_SECONDS = 60.0
ISSUED = "mesoflow.*.billing.v1.invoice.invoice_issued"
BILLED = "floor.billed"
# The floor's three roles, and which of our services does the same, in which table.
STEPS = (
    ("accept", "consult", "plan", "PlanAccepted"),
    ("open", "sessions", "course", "CourseOpened"),
    ("bill", "billing", "invoice", "InvoiceIssued"),
)
SIZES = """
SELECT pg_column_size(d.state), octet_length(j.payload)
FROM public.{table} d JOIN chassis.journal j ON j.chain_id = d.chain_id AND j.aggregate_id = d.id
WHERE j.type LIKE '%.{event}' LIMIT 1
"""


@dataclass(slots=True)
class Flows:
    """Accepts plans, and waits until the last event of each has been heard."""

    address: str
    metadata: Metadata
    _waiting: dict[str, asyncio.Future[None]] = field(default_factory=dict)

    def heard(self, plan_id: str) -> None:
        """Note that the flow of `plan_id` has come to its end."""
        waiting = self._waiting.pop(plan_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    async def run(self, plans: Sequence[str]) -> Sample:
        """Take every plan through, CONCURRENCY at a time."""
        left, took = list(plans), list[float]()
        async with aio.insecure_channel(self.address) as channel:
            stub = PlanServiceStub(channel)

            async def worker() -> None:
                while left:
                    begun = time.perf_counter()
                    await self._one(stub, left.pop())
                    took.append(time.perf_counter() - begun)

            begun = time.perf_counter()
            await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
            return sample(took, time.perf_counter() - begun)

    async def _one(self, stub: PlanServiceStub, plan_id: str) -> None:
        waiting = self._waiting[plan_id] = asyncio.get_running_loop().create_future()
        request = AcceptPlanRequest(request_id=str(uuid4()), plan_id=plan_id)
        await stub.AcceptPlan(request, timeout=CALL_SECONDS, metadata=self.metadata)
        async with asyncio.timeout(EFFECT_SECONDS):
            await waiting


def flow(stage: Stage, effort: Effort) -> Iterator[Line]:
    """Yield the one line."""
    stage.serve("consult", "sessions", "billing", "safety")
    count = effort.events // EVENTS_PER_FLOW
    plans, metadata = stage.run(_signed(stage, count * effort.rounds + CONCURRENCY))
    warming, plans = plans[:CONCURRENCY], plans[CONCURRENCY:]
    ours = stage.stack.services["consult"].address
    stage.run(_side(stage, (ours, ISSUED), warming, metadata))
    with ExitStack() as stack:
        floor = _three(stage, stack)
        rounds = []
        for start in range(0, len(plans), count):
            some = plans[start : start + count]
            sides = ((ours, ISSUED), (floor, BILLED))
            rounds.append(Round(*(stage.run(_side(stage, e, some, metadata)) for e in sides)))
    yield rates("flow", CONCURRENCY, rounds)


def _three(stage: Stage, stack: ExitStack) -> str:
    """Start the floor's three services; return where the first takes calls."""
    stage.run(_declared(stage))
    addresses = []
    for role, service, table, event in STEPS:
        sizes = stage.run(_sizes(stage, service, SIZES.format(table=table, event=event)))
        database = stage.database(f"floor_{role}", SCHEMA)
        given = (database, stage.stack.nats.url, role, *map(str, sizes))
        addresses.append(stack.enter_context(stage.floor("flow_server", *given)))
    return addresses[0]


async def _declared(stage: Stage) -> None:
    async with connected(stage.stack.nats.url, "bench") as client:
        await without_stream(client, relay.STREAM)
        await relay.declare(client)


async def _sizes(stage: Stage, service: str, asked: str) -> tuple[int, int]:
    connection = await asyncpg.connect(stage.stack.postgres.url("superuser", service))
    try:
        row = await connection.fetchrow(asked)
    finally:
        await connection.close()
    assert row is not None, "the warming flows have made one"
    return row[0], row[1]


async def _side(
    stage: Stage, side: tuple[str, str], plans: Sequence[str], metadata: Metadata
) -> Sample:
    address, last = side
    flows = Flows(address, metadata)
    read: type[Message] = InvoiceIssued if last == ISSUED else PlanAccepted
    async with connected(stage.stack.nats.url, "bench") as client:

        async def heard(msg: Msg) -> None:
            flows.heard(str(getattr(read.FromString(msg.data), "plan_id", "")))

        await client.subscribe(last, cb=heard)
        await client.flush()
        return await flows.run(plans)


async def _signed(stage: Stage, count: int) -> tuple[list[str], Metadata]:
    """Bring `count` patients to where only their plan's acceptance is missing."""
    most = asyncio.Semaphore(AT_ONCE)
    async with founded(stage.stack) as chain:

        async def signed() -> str:
            async with most:
                treatment = await take(chain.patient(TREATED), steps_before("plan accepted"))
                assert treatment.refused is None, treatment.refused
                return treatment.plan_id

        plans = await asyncio.gather(*(signed() for _ in range(count)))
        return plans, chain.client.metadata(FRONT_DESK)
