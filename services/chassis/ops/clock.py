"""ClockService: a development clock that months can pass on. Not served in production."""

from dataclasses import dataclass
from datetime import timedelta

from mesoflow.ops.v1 import service_pb2 as pb
from mesoflow.ops.v1 import service_pb2_grpc
from services.chassis.clock import DevelopmentClock
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.kernel import DomainError


class ClockMovedBack(DomainError):
    """The clock moves forward only."""


@dataclass(frozen=True, slots=True)
class MovableClock(service_pb2_grpc.ClockServiceServicer):
    """Serves the stack's clock."""

    clock: DevelopmentClock

    async def GetClock(self, request: pb.GetClockRequest, context: Context) -> pb.GetClockResponse:
        """Say what time it is here."""
        reply = pb.GetClockResponse(offset_seconds=int(self.clock.offset().total_seconds()))
        reply.clock_at.FromDatetime(self.clock.now())
        return reply

    async def MoveClock(
        self, request: pb.MoveClockRequest, context: Context
    ) -> pb.MoveClockResponse:
        """Set how far ahead of the machine the stack's clock is."""
        wanted = timedelta(seconds=request.offset_seconds)
        if wanted < self.clock.offset():
            raise ClockMovedBack
        reply = pb.MoveClockResponse(offset_seconds=request.offset_seconds)
        reply.clock_at.FromDatetime(self.clock.set(wanted))
        return reply

    def servicer(self) -> Servicer:
        return Servicer(
            "mesoflow.ops.v1.ClockService",
            lambda server: service_pb2_grpc.add_ClockServiceServicer_to_server(self, server),
        )
