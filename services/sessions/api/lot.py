"""LotService: what came to the clinic, under which label, for whom."""

from dataclasses import dataclass

from mesoflow.sessions.v1 import model_pb2, service_pb2_grpc
from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.handling import Versioned
from services.sessions.api.gate import held
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.lot.commands import ReceiveLot
from services.sessions.domain.lot.errors import LotNotFound
from services.sessions.domain.lot.model import Lot
from services.sessions.handlers.lot import LOT


@dataclass(frozen=True, slots=True)
class Lots(service_pb2_grpc.LotServiceServicer):
    """Implements LotService."""

    api: Api

    async def ReceiveLot(
        self, request: pb.ReceiveLotRequest, context: Context
    ) -> pb.ReceiveLotResponse:
        return await self.api.execute(request, pb.ReceiveLotResponse, LOT, ReceiveLot)

    async def GetLot(self, request: pb.GetLotRequest, context: Context) -> pb.GetLotResponse:
        found = await self.api.get(LOT, request.lot_id, LotNotFound)
        return pb.GetLotResponse(lot=await self._shown(found))

    async def ListLots(self, request: pb.ListLotsRequest, context: Context) -> pb.ListLotsResponse:
        filters = {
            "clinic_id": request.clinic_id,
            "for_patient_id": request.for_patient_id,
            "product_code": request.product_code,
        }
        items, token = await self.api.page(request, LOT, filters)
        shown = [await self._shown(item) for item in items]
        lots = [lot for lot in shown if request.state in (0, lot.state)]
        return pb.ListLotsResponse(lots=lots, next_page_token=token)

    async def _shown(self, found: Versioned[Lot]) -> model_pb2.Lot:
        """Return the lot as its gate lets it be used: a held lot is in quarantine."""
        lot = resource(found, model_pb2.Lot)
        if await held(self.api, HoldSubject(HoldKind.LOT, found.state.lot_id)):
            lot.state = model_pb2.LOT_STATE_QUARANTINED
        return lot


def servicer(api: Api) -> Servicer:
    """Return LotService, ready to join a server."""
    return Servicer(
        "mesoflow.sessions.v1.LotService",
        lambda server: service_pb2_grpc.add_LotServiceServicer_to_server(Lots(api), server),
    )
