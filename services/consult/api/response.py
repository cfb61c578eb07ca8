"""ResponseService: what was measured of a plan, and what named rules make of it."""

from dataclasses import dataclass

from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1 import service_pb2_grpc
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer


@dataclass(frozen=True, slots=True)
class Responses(service_pb2_grpc.ResponseServiceServicer):
    """Implements ResponseService."""

    api: Api

    async def AssessResponse(
        self, request: pb.AssessResponseRequest, context: Context
    ) -> pb.AssessResponseResponse:
        raise NotImplementedError("F")

    async def GetResponse(
        self, request: pb.GetResponseRequest, context: Context
    ) -> pb.GetResponseResponse:
        raise NotImplementedError("F")

    async def ListResponses(
        self, request: pb.ListResponsesRequest, context: Context
    ) -> pb.ListResponsesResponse:
        raise NotImplementedError("F")

    async def GetResponseCurve(
        self, request: pb.GetResponseCurveRequest, context: Context
    ) -> pb.GetResponseCurveResponse:
        raise NotImplementedError("F")


def servicer(api: Api) -> Servicer:
    """Return ResponseService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.ResponseService",
        lambda server: service_pb2_grpc.add_ResponseServiceServicer_to_server(
            Responses(api), server
        ),
    )
