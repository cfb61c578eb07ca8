"""CaseService: cases and the exposures they are laid to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from mesoflow.safety.v1 import model_pb2, service_pb2_grpc
from mesoflow.safety.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen
from services.safety.api.listing import Listing, listed
from services.safety.api.person import exported
from services.safety.domain.case.errors import CaseNotFound
from services.safety.domain.case.model import Kept
from services.safety.handlers.case import CASE


class Keeping(Protocol):
    """Tells what keeps a patient's record."""

    async def __call__(self, chain_id: str, patient_ids: Iterable[str]) -> Kept: ...


@dataclass(frozen=True, slots=True)
class Cases(service_pb2_grpc.CaseServiceServicer):
    """Implements CaseService."""

    api: Api
    newest: Listing
    kept: Keeping

    async def GetCase(self, request: pb.GetCaseRequest, context: Context) -> pb.GetCaseResponse:
        found = await self.api.get(CASE, request.case_id, CaseNotFound)
        return pb.GetCaseResponse(case=resource(found, model_pb2.Case))

    async def CheckErasure(
        self, request: pb.CheckErasureRequest, context: Context
    ) -> pb.CheckErasureResponse:
        # Read before looking: the answer is never older than it says.
        asked_at = self.api.clock.now()
        found = await self.kept(current().caller.chain_id, request.patient_ids)
        reply = pb.CheckErasureResponse(
            open_serious_case_ids=found.open_serious_case_ids, feed_no=found.feed_no
        )
        reply.asked_at.FromDatetime(asked_at)
        return reply

    async def ExportPatient(
        self, request: pb.ExportPatientRequest, context: Context
    ) -> pb.ExportPatientResponse:
        return await exported(self.api, request)

    async def ListCases(
        self, request: pb.ListCasesRequest, context: Context
    ) -> pb.ListCasesResponse:
        items, token = await listed(self.api, request, CASE, self.newest, wanted(request))
        cases = [resource(item, model_pb2.Case) for item in items]
        return pb.ListCasesResponse(cases=cases, next_page_token=token)


def wanted(request: pb.ListCasesRequest) -> dict[str, str]:
    """Return the filters of `request`; an empty one filters nothing."""
    return {
        "patient_id": request.patient_id,
        "clinic_id": request.clinic_id,
        "reaction_id": request.reaction_id,
        "lot_id": request.lot_id,
        "serious": str(request.serious).lower() if request.HasField("serious") else "",
        "state": chosen(request, "state"),
    }


def servicer(api: Api, newest: Listing, kept: Keeping) -> Servicer:
    """Return CaseService, ready to join a server."""
    return Servicer(
        "mesoflow.safety.v1.CaseService",
        lambda server: service_pb2_grpc.add_CaseServiceServicer_to_server(
            Cases(api, newest, kept), server
        ),
    )
