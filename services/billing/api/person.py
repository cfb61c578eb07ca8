"""All that is kept here of a patient, for their export."""

from mesoflow.billing.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api


async def exported(api: Api, request: pb.ExportPatientRequest) -> pb.ExportPatientResponse:
    """Return all that is kept here of a patient, once the reading is audited."""
    raise NotImplementedError("H")
