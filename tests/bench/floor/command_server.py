"""A command in a process of its own: gRPC, read, change, store in a group, answer.

Serves one rpc of the published schema, so that one client calls either side alike.
"""

import argparse
import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

import grpc
import uvloop
from grpc import aio

from mesoflow.consult.v1 import events_pb2, model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from tests.bench.floor.rows import CHANGE, READ, Group, Pool, open_pool, padded

LIFE_SECONDS = 900
SERVICE = "mesoflow.consult.v1.PatientService"
SUBJECT = "floor.history_recorded"
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


@dataclass(frozen=True, slots=True)
class Histories:
    """Records a history with equal bytes in state and event; nothing is checked but the version."""

    pool: Pool
    group: Group
    state_bytes: int
    event_bytes: int

    async def record(self, request: pb.RecordHistoryRequest, _: object) -> pb.RecordHistoryResponse:
        key = UUID(request.patient_id)
        row = await self.pool.fetchrow(READ, key)
        assert row is not None, "the bench has put it there"
        patient = model_pb2.Patient.FromString(row["payload"])
        patient.history.CopyFrom(request.history)
        event = events_pb2.HistoryRecorded(patient_id=request.patient_id, history=request.history)
        event.recorded_at.GetCurrentTime()
        state, said = padded(patient, self.state_bytes), padded(event, self.event_bytes)
        place = (key, row["version"], "ACTIVE")
        await self.group.submit((*place, state, uuid4(), SUBJECT, TRACEPARENT, said))
        reply = pb.RecordHistoryResponse(
            patient_id=request.patient_id,
            etag=f'"{row["version"] + 1}"',
            state=model_pb2.PATIENT_STATE_ACTIVE,
        )
        reply.recorded_at.CopyFrom(event.recorded_at)
        return reply

    @property
    def handler(self) -> grpc.GenericRpcHandler:
        """The one rpc, under its published name."""
        rpc = grpc.unary_unary_rpc_method_handler(
            self.record,
            pb.RecordHistoryRequest.FromString,
            pb.RecordHistoryResponse.SerializeToString,
        )
        return grpc.method_handlers_generic_handler(SERVICE, {"RecordHistory": rpc})


async def serve(given: argparse.Namespace) -> None:
    """Serve until stopped, and at the longest for LIFE_SECONDS."""
    pool = await open_pool(given.database)
    histories = Histories(pool, Group(pool, CHANGE), given.state_bytes, given.event_bytes)
    server = aio.server(options=(("grpc.so_reuseport", 0),))
    server.add_generic_rpc_handlers((histories.handler,))
    server.add_insecure_port(given.address)
    await server.start()
    await server.wait_for_termination(LIFE_SECONDS)


def main() -> None:
    """Read what the bench says, and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("database")
    parser.add_argument("state_bytes", type=int)
    parser.add_argument("event_bytes", type=int)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
