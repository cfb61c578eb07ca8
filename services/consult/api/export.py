"""ExportPatient: all that is held of a patient, here and at the neighbours."""

from dataclasses import dataclass
from typing import Protocol

from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import service_pb2 as sessions
from services.chassis.grpc.api import Api


class Asking(Protocol):
    """Whoever can ask the neighbours what they hold; refuses where one of them is silent."""

    async def export(
        self, patient_id: str
    ) -> tuple[
        sessions.ExportPatientResponse,
        billing.ExportPatientResponse,
        safety.ExportPatientResponse,
    ]: ...


@dataclass(frozen=True, slots=True)
class Export:
    """Gathers what is held of a patient."""

    api: Api
    neighbours: Asking

    async def exported(self, request: pb.ExportPatientRequest) -> pb.ExportPatientResponse:
        """Return everything, or nothing where a neighbour is silent; audited."""
        raise NotImplementedError("F")
