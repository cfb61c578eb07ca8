"""CocktailService: cocktails, proposed and checked; nothing is changed."""

from dataclasses import dataclass

from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1 import service_pb2_grpc
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer


@dataclass(frozen=True, slots=True)
class Cocktails(service_pb2_grpc.CocktailServiceServicer):
    """Implements CocktailService."""

    api: Api

    async def ProposeCocktail(
        self, request: pb.ProposeCocktailRequest, context: Context
    ) -> pb.ProposeCocktailResponse:
        raise NotImplementedError("A")

    async def ValidateCocktail(
        self, request: pb.ValidateCocktailRequest, context: Context
    ) -> pb.ValidateCocktailResponse:
        raise NotImplementedError("A")


def servicer(api: Api) -> Servicer:
    """Return CocktailService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.CocktailService",
        lambda server: service_pb2_grpc.add_CocktailServiceServicer_to_server(
            Cocktails(api), server
        ),
    )
