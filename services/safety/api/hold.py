"""HoldService: what may not be used, and until when."""

from dataclasses import dataclass

from mesoflow.clinical.v1 import hold_pb2
from mesoflow.safety.v1 import model_pb2, service_pb2_grpc
from mesoflow.safety.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen, from_message
from services.safety.api.listing import Listing, listed
from services.safety.api.person import refuse_erased
from services.safety.domain.hold.commands import LiftHold, PlaceHold
from services.safety.domain.hold.errors import HoldNotFound
from services.safety.domain.hold.model import HoldSubject
from services.safety.handlers.hold import HOLD


@dataclass(frozen=True, slots=True)
class Holds(service_pb2_grpc.HoldServiceServicer):
    """Implements HoldService."""

    api: Api
    newest: Listing

    async def PlaceHold(
        self, request: pb.PlaceHoldRequest, context: Context
    ) -> pb.PlaceHoldResponse:
        owned = owner(request)
        if request.note and owned:
            await refuse_erased(self.api, str(owned["patient_id"]))
        return await self.api.execute(request, pb.PlaceHoldResponse, HOLD, PlaceHold, **owned)

    async def LiftHold(self, request: pb.LiftHoldRequest, context: Context) -> pb.LiftHoldResponse:
        return await self.api.execute(request, pb.LiftHoldResponse, HOLD, LiftHold)

    async def GetHold(self, request: pb.GetHoldRequest, context: Context) -> pb.GetHoldResponse:
        found = await self.api.get(HOLD, request.hold_id, HoldNotFound)
        return pb.GetHoldResponse(hold=resource(found, model_pb2.Hold))

    async def ListHolds(
        self, request: pb.ListHoldsRequest, context: Context
    ) -> pb.ListHoldsResponse:
        items, token = await listed(self.api, request, HOLD, self.newest, wanted(request))
        holds = [resource(item, model_pb2.Hold) for item in items]
        return pb.ListHoldsResponse(holds=holds, next_page_token=token)


def owner(request: pb.PlaceHoldRequest) -> dict[str, object]:
    """Name the patient that is held: a note on one is sealed, and erased, with the patient."""
    if request.subject.kind == hold_pb2.HOLD_KIND_PATIENT:
        return {"patient_id": request.subject.subject_id.lower()}
    return {}


def wanted(request: pb.ListHoldsRequest) -> dict[str, str]:
    """Return the filters of `request`; an empty one filters nothing."""
    filters = {"case_id": request.case_id, "state": chosen(request, "state")}
    if request.HasField("subject"):
        subject = from_message(request.subject, HoldSubject).canonical()
        filters |= {"kind": subject.kind.value, "subject_id": subject.subject_id}
    return filters


def servicer(api: Api, newest: Listing) -> Servicer:
    """Return HoldService, ready to join a server."""
    return Servicer(
        "mesoflow.safety.v1.HoldService",
        lambda server: service_pb2_grpc.add_HoldServiceServicer_to_server(
            Holds(api, newest), server
        ),
    )
