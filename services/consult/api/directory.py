"""DirectoryService: the chain, its clinics and rooms, its practitioners and their licences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.pages import paging
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import ClinicForbidden, PageQuery, Versioned
from services.chassis.mapping import chosen
from services.consult.domain.chain.commands import AmendChain, RegisterChain
from services.consult.domain.chain.errors import ChainNotFound
from services.consult.domain.clinic.commands import AddRoom, AmendClinic, OpenClinic
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.practitioner.commands import (
    AmendPractitioner,
    EnrolPractitioner,
    RecordLicence,
    RevokeLicence,
)
from services.consult.domain.practitioner.errors import PractitionerNotFound
from services.consult.domain.practitioner.model import Practitioner
from services.consult.handlers.directory import CHAIN, CLINIC, PRACTITIONER

# How many rows are read at once, of which some may be of another clinic.
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Directory(service_pb2_grpc.DirectoryServiceServicer):
    """Implements DirectoryService."""

    api: Api

    async def RegisterChain(
        self, request: pb.RegisterChainRequest, context: Context
    ) -> pb.RegisterChainResponse:
        chain_id = current().caller.chain_id
        return await self.api.execute(
            request, pb.RegisterChainResponse, CHAIN, RegisterChain, chain_id=chain_id
        )

    async def GetChain(self, request: pb.GetChainRequest, context: Context) -> pb.GetChainResponse:
        found = await self.api.get(CHAIN, current().caller.chain_id, ChainNotFound)
        return pb.GetChainResponse(chain=resource(found, model_pb2.Chain))

    async def OpenClinic(
        self, request: pb.OpenClinicRequest, context: Context
    ) -> pb.OpenClinicResponse:
        chain_id = current().caller.chain_id
        return await self.api.execute(
            request, pb.OpenClinicResponse, CLINIC, OpenClinic, chain_id=chain_id
        )

    async def GetClinic(
        self, request: pb.GetClinicRequest, context: Context
    ) -> pb.GetClinicResponse:
        found = await self.api.get(CLINIC, request.clinic_id, ClinicNotFound)
        return pb.GetClinicResponse(clinic=resource(found, model_pb2.Clinic))

    async def ListClinics(
        self, request: pb.ListClinicsRequest, context: Context
    ) -> pb.ListClinicsResponse:
        items, token = await self.api.page(
            request, CLINIC, {"jurisdiction_code": request.jurisdiction_code}
        )
        clinics = [resource(item, model_pb2.Clinic) for item in items]
        return pb.ListClinicsResponse(clinics=clinics, next_page_token=token)

    async def AddRoom(self, request: pb.AddRoomRequest, context: Context) -> pb.AddRoomResponse:
        return await self.api.execute(
            request, pb.AddRoomResponse, CLINIC, AddRoom, room_id=self.api.ids.new()
        )

    async def EnrolPractitioner(
        self, request: pb.EnrolPractitionerRequest, context: Context
    ) -> pb.EnrolPractitionerResponse:
        refuse_out_of_reach(request.clinic_ids)
        return await self.api.execute(
            request, pb.EnrolPractitionerResponse, PRACTITIONER, EnrolPractitioner
        )

    async def RecordLicence(
        self, request: pb.RecordLicenceRequest, context: Context
    ) -> pb.RecordLicenceResponse:
        return await self.api.execute(
            request,
            pb.RecordLicenceResponse,
            PRACTITIONER,
            RecordLicence,
            licence_id=self.api.ids.new(),
        )

    async def GetPractitioner(
        self, request: pb.GetPractitionerRequest, context: Context
    ) -> pb.GetPractitionerResponse:
        found = await self.api.get(PRACTITIONER, request.practitioner_id, PractitionerNotFound)
        return pb.GetPractitionerResponse(practitioner=resource(found, model_pb2.Practitioner))

    async def ListPractitioners(
        self, request: pb.ListPractitionersRequest, context: Context
    ) -> pb.ListPractitionersResponse:
        items, token = await self._practitioners(request)
        found = [resource(item, model_pb2.Practitioner) for item in items]
        return pb.ListPractitionersResponse(practitioners=found, next_page_token=token)

    async def _practitioners(
        self, request: pb.ListPractitionersRequest
    ) -> tuple[Sequence[Versioned[Practitioner]], str]:
        """Return a page that is full as long as more follow, and the token of the next.

        Somebody works at many clinics, so no column says at which: the rows are read until
        enough of them are of the one that is asked for.
        """
        chain_id = current().caller.chain_id
        wanted = {"profession": chosen(request, "profession")}
        columns = {name: value for name, value in wanted.items() if value}
        bound = columns | ({"clinic_id": request.clinic_id} if request.clinic_id else {})
        asked = paging(self.api.keys, chain_id, request, PRACTITIONER.name, bound)
        after = asked.after
        found: list[Versioned[Practitioner]] = []
        # One more than the page holds tells whether another follows.
        while len(found) <= asked.size:
            query = PageQuery(columns, AT_ONCE, None, after)
            page = await self.api.store.page(chain_id, PRACTITIONER, query)
            found += (each for each in page.items if works_at(each.state, request.clinic_id))
            after = page.after
            if after is None:
                break
        return asked.cut(found, lambda each: each.state.practitioner_id)

    async def AmendChain(
        self, request: pb.AmendChainRequest, context: Context
    ) -> pb.AmendChainResponse:
        chain_id = current().caller.chain_id
        return await self.api.execute(
            request, pb.AmendChainResponse, CHAIN, AmendChain, chain_id=chain_id
        )

    async def AmendClinic(
        self, request: pb.AmendClinicRequest, context: Context
    ) -> pb.AmendClinicResponse:
        return await self.api.execute(request, pb.AmendClinicResponse, CLINIC, AmendClinic)

    async def AmendPractitioner(
        self, request: pb.AmendPractitionerRequest, context: Context
    ) -> pb.AmendPractitionerResponse:
        found = await self.api.get(PRACTITIONER, request.practitioner_id, PractitionerNotFound)
        # Where they work by now is replaced, so that has to be reached too.
        refuse_out_of_reach((*request.clinic_ids, *found.state.clinic_ids))
        return await self.api.execute(
            request, pb.AmendPractitionerResponse, PRACTITIONER, AmendPractitioner
        )

    async def RevokeLicence(
        self, request: pb.RevokeLicenceRequest, context: Context
    ) -> pb.RevokeLicenceResponse:
        return await self.api.execute(
            request, pb.RevokeLicenceResponse, PRACTITIONER, RevokeLicence
        )


def refuse_out_of_reach(clinic_ids: Iterable[str]) -> None:
    """Refuse clinics that the caller's token does not reach."""
    reached = current().caller.clinics
    if reached and not reached.issuperset(clinic_ids):
        raise ClinicForbidden


def works_at(practitioner: Practitioner, clinic_id: str) -> bool:
    """Tell whether somebody works at a clinic; everybody does at an empty one."""
    return clinic_id in ("", *practitioner.clinic_ids)


def servicer(api: Api) -> Servicer:
    """Return DirectoryService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.DirectoryService",
        lambda server: service_pb2_grpc.add_DirectoryServiceServicer_to_server(
            Directory(api), server
        ),
    )
