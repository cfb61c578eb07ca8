"""What the neighbours hold of a patient, asked in the name of the caller."""

from collections.abc import Mapping
from dataclasses import dataclass

from grpc import aio

from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import service_pb2 as sessions


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Asks sessions, billing and safety."""

    channels: Mapping[str, aio.Channel]

    async def export(
        self, patient_id: str
    ) -> tuple[
        sessions.ExportPatientResponse,
        billing.ExportPatientResponse,
        safety.ExportPatientResponse,
    ]:
        """Return what each of them holds; refuse where one is silent."""
        raise NotImplementedError("F")
