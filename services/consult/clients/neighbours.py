"""What the neighbours hold of a patient, asked in the name of the caller."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import grpc
from google.protobuf.message import Message
from grpc import aio

from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.billing.v1 import service_pb2_grpc as billing_grpc
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.safety.v1 import service_pb2_grpc as safety_grpc
from mesoflow.sessions.v1 import service_pb2 as sessions
from mesoflow.sessions.v1 import service_pb2_grpc as sessions_grpc
from services.chassis.grpc.client import ask
from services.chassis.handling import ClinicForbidden
from services.consult.domain.patient.errors import NeighbourUnavailable

logger = logging.getLogger(__name__)
# An export reads many rows; it is rare, and somebody waits for it.
ASK_SECONDS = 5.0
TRIES = 2

ReplyT = TypeVar("ReplyT", bound=Message)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Asks sessions, billing and safety."""

    channels: Mapping[str, aio.Channel]

    async def export(
        self, patient_ids: Sequence[str]
    ) -> tuple[
        sessions.ExportPatientResponse,
        billing.ExportPatientResponse,
        safety.ExportPatientResponse,
    ]:
        """Return what each of them holds of one person's records; refuse where one is silent."""
        first, *merged = patient_ids
        course = sessions_grpc.CourseServiceStub(self.channels["sessions"])
        case = safety_grpc.CaseServiceStub(self.channels["safety"])
        of_course = sessions.ExportPatientRequest(patient_id=first, merged_patient_ids=merged)
        of_case = safety.ExportPatientRequest(patient_id=first, merged_patient_ids=merged)
        return await asyncio.gather(
            _answered("sessions", course.ExportPatient, of_course),
            self._accounts(patient_ids),
            _answered("safety", case.ExportPatient, of_case),
        )

    async def _accounts(self, patient_ids: Sequence[str]) -> billing.ExportPatientResponse:
        """Return what billing holds, which is asked for each record: it keeps no typed texts."""
        stub = billing_grpc.AccountServiceStub(self.channels["billing"])
        whole = billing.ExportPatientResponse()
        for patient_id in patient_ids:
            request = billing.ExportPatientRequest(patient_id=patient_id)
            whole.MergeFrom(await _answered("billing", stub.ExportPatient, request))
        return whole


async def _answered(
    name: str, method: Callable[..., Awaitable[ReplyT]], request: Message
) -> ReplyT:
    try:
        return await ask(method, request, seconds=ASK_SECONDS, tries=TRIES)
    except aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.PERMISSION_DENIED:
            raise ClinicForbidden from None
        logger.warning("a neighbour did not answer", extra={"service": name})
        raise NeighbourUnavailable(service=name) from None
