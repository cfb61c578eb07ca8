"""ReactionService: reactions as anyone reports them."""

from dataclasses import dataclass

from mesoflow.sessions.v1 import model_pb2, service_pb2_grpc
from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.sessions.api.person import refuse_erased
from services.sessions.domain.reaction.commands import ReportReaction
from services.sessions.domain.reaction.errors import ReactionNotFound
from services.sessions.handlers.reaction import REACTION


@dataclass(frozen=True, slots=True)
class Reactions(service_pb2_grpc.ReactionServiceServicer):
    """Implements ReactionService."""

    api: Api

    async def ReportReaction(
        self, request: pb.ReportReactionRequest, context: Context
    ) -> pb.ReportReactionResponse:
        if request.narrative:
            await refuse_erased(self.api, request.patient_id)
        return await self.api.execute(request, pb.ReportReactionResponse, REACTION, ReportReaction)

    async def GetReaction(
        self, request: pb.GetReactionRequest, context: Context
    ) -> pb.GetReactionResponse:
        found = await self.api.get(REACTION, request.reaction_id, ReactionNotFound)
        return pb.GetReactionResponse(reaction=resource(found, model_pb2.Reaction))

    async def ListReactions(
        self, request: pb.ListReactionsRequest, context: Context
    ) -> pb.ListReactionsResponse:
        names = ("patient_id", "session_id", "clinic_id")
        filters = {name: getattr(request, name) for name in names}
        items, token = await self.api.page(request, REACTION, filters)
        reactions = [resource(item, model_pb2.Reaction) for item in items]
        return pb.ListReactionsResponse(reactions=reactions, next_page_token=token)


def servicer(api: Api) -> Servicer:
    """Return ReactionService, ready to join a server."""
    return Servicer(
        "mesoflow.sessions.v1.ReactionService",
        lambda server: service_pb2_grpc.add_ReactionServiceServicer_to_server(
            Reactions(api), server
        ),
    )
