"""ErasePatient: safety is asked first, then the record decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api
from services.consult.domain.patient.commands import ErasePatient
from services.consult.domain.patient.errors import PatientNotFound
from services.consult.domain.patient.keeping import Kept
from services.consult.handlers.patient import PATIENT


class Asking(Protocol):
    """Whoever can ask safety what keeps a record."""

    async def erasure(self, patient_ids: Sequence[str]) -> Kept | None: ...


@dataclass(frozen=True, slots=True)
class Erasure:
    """Erases or restricts a record."""

    api: Api
    safety: Asking

    async def erased(self, request: pb.ErasePatientRequest) -> pb.ErasePatientResponse:
        """Destroy the person's keys, or say what keeps the record."""
        found = await self.api.get(PATIENT, request.patient_id, PatientNotFound)
        asked = (request.patient_id, *found.state.merged_patient_ids)
        return await self.api.execute(
            request,
            pb.ErasePatientResponse,
            PATIENT,
            ErasePatient,
            asked_patient_ids=asked,
            kept=await self.safety.erasure(asked),
        )
