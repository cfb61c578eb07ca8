"""ClearanceService: the question at the needle."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mesoflow.safety.v1 import model_pb2, service_pb2_grpc
from mesoflow.safety.v1 import service_pb2 as pb
from services.chassis.clock import Clock
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import from_message, to_reply
from services.safety.domain.hold.model import Clearance, HoldSubject


class Clearing(Protocol):
    """Tells what is held now."""

    async def __call__(self, chain_id: str, subjects: Iterable[HoldSubject]) -> Clearance: ...


@dataclass(frozen=True, slots=True)
class Needle(service_pb2_grpc.ClearanceServiceServicer):
    """Implements ClearanceService."""

    clock: Clock
    clear: Clearing

    async def CheckClearance(
        self, request: pb.CheckClearanceRequest, context: Context
    ) -> pb.CheckClearanceResponse:
        # Read before looking: the answer is never older than it says.
        asked_at = self.clock.now()
        subjects = [from_message(each, HoldSubject) for each in request.subjects]
        found = await self.clear(current().caller.chain_id, subjects)
        holds = [to_reply(hold, model_pb2.ActiveHold) for hold in found.active_holds]
        reply = pb.CheckClearanceResponse(active_holds=holds, feed_no=found.feed_no)
        reply.asked_at.FromDatetime(asked_at)
        return reply


def servicer(clock: Clock, clear: Clearing) -> Servicer:
    """Return ClearanceService, ready to join a server."""
    return Servicer(
        "mesoflow.safety.v1.ClearanceService",
        lambda server: service_pb2_grpc.add_ClearanceServiceServicer_to_server(
            Needle(clock, clear), server
        ),
    )
