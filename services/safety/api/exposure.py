"""ExposureService: from a lot to every patient, and from a patient to every lot."""

from dataclasses import dataclass

from mesoflow.safety.v1 import model_pb2, service_pb2_grpc
from mesoflow.safety.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.safety.api.listing import Listing, listed
from services.safety.handlers.exposure import EXPOSURE


@dataclass(frozen=True, slots=True)
class Exposures(service_pb2_grpc.ExposureServiceServicer):
    """Implements ExposureService."""

    api: Api
    latest: Listing

    async def ListExposures(
        self, request: pb.ListExposuresRequest, context: Context
    ) -> pb.ListExposuresResponse:
        items, token = await listed(self.api, request, EXPOSURE, self.latest, wanted(request))
        exposures = [resource(item, model_pb2.Exposure) for item in items]
        return pb.ListExposuresResponse(exposures=exposures, next_page_token=token)


def wanted(request: pb.ListExposuresRequest) -> dict[str, str]:
    """Return the filters of `request`; an empty one filters nothing."""
    since, until = request.administered_from, request.administered_until
    return {
        "lot_id": request.lot_id,
        "patient_id": request.patient_id,
        "clinic_id": request.clinic_id,
        "room_id": request.room_id,
        "practitioner_id": request.practitioner_id,
        "device_head_id": request.device_head_id,
        "from": since.ToJsonString() if request.HasField("administered_from") else "",
        "until": until.ToJsonString() if request.HasField("administered_until") else "",
    }


def servicer(api: Api, latest: Listing) -> Servicer:
    """Return ExposureService, ready to join a server."""
    return Servicer(
        "mesoflow.safety.v1.ExposureService",
        lambda server: service_pb2_grpc.add_ExposureServiceServicer_to_server(
            Exposures(api, latest), server
        ),
    )
