"""ConsultationService: examination, screening and what the rules make of them."""

from dataclasses import dataclass

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen
from services.consult.domain.consultation.commands import (
    AnswerScreening,
    AssessSuitability,
    OpenConsultation,
    RecordFindings,
    ReviewSuitability,
)
from services.consult.domain.consultation.errors import ConsultationNotFound
from services.consult.domain.patient.standing import usable
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.patient import PATIENT
from services.consult.reference.loader import reference


@dataclass(frozen=True, slots=True)
class Consultations(service_pb2_grpc.ConsultationServiceServicer):
    """Implements ConsultationService."""

    api: Api

    async def OpenConsultation(
        self, request: pb.OpenConsultationRequest, context: Context
    ) -> pb.OpenConsultationResponse:
        return await self.api.execute(
            request, pb.OpenConsultationResponse, CONSULTATION, OpenConsultation
        )

    async def RecordFindings(
        self, request: pb.RecordFindingsRequest, context: Context
    ) -> pb.RecordFindingsResponse:
        owner = await self._owner_of_note(request) if request.note else {}
        more: dict[str, object] = {"scales": reference().scales, **owner}
        return await self.api.execute(
            request, pb.RecordFindingsResponse, CONSULTATION, RecordFindings, **more
        )

    async def _owner_of_note(
        self, request: pb.RecordFindingsRequest | pb.ReviewSuitabilityRequest
    ) -> dict[str, str]:
        """Return whose key a typed note is sealed with; nobody who was erased gets a new one."""
        found = await self.api.get(CONSULTATION, request.consultation_id, ConsultationNotFound)
        patient_id: str = found.state.patient_id
        patient = await self.api.store.get(current().caller.chain_id, PATIENT, patient_id)
        usable(patient.state if patient else None)
        return {"patient_id": patient_id}

    async def AnswerScreening(
        self, request: pb.AnswerScreeningRequest, context: Context
    ) -> pb.AnswerScreeningResponse:
        questionnaire = reference().questionnaire(request.questionnaire_version)
        return await self.api.execute(
            request,
            pb.AnswerScreeningResponse,
            CONSULTATION,
            AnswerScreening,
            questionnaire=questionnaire,
        )

    async def AssessSuitability(
        self, request: pb.AssessSuitabilityRequest, context: Context
    ) -> pb.AssessSuitabilityResponse:
        return await self.api.execute(
            request, pb.AssessSuitabilityResponse, CONSULTATION, AssessSuitability
        )

    async def GetConsultation(
        self, request: pb.GetConsultationRequest, context: Context
    ) -> pb.GetConsultationResponse:
        found = await self.api.get(CONSULTATION, request.consultation_id, ConsultationNotFound)
        return pb.GetConsultationResponse(consultation=resource(found, model_pb2.Consultation))

    async def ListConsultations(
        self, request: pb.ListConsultationsRequest, context: Context
    ) -> pb.ListConsultationsResponse:
        filters = {"patient_id": request.patient_id, "clinic_id": request.clinic_id}
        filters["state_name"] = chosen(request, "state")
        items, token = await self.api.page(request, CONSULTATION, filters)
        found = [resource(item, model_pb2.Consultation) for item in items]
        return pb.ListConsultationsResponse(consultations=found, next_page_token=token)

    async def ReviewSuitability(
        self, request: pb.ReviewSuitabilityRequest, context: Context
    ) -> pb.ReviewSuitabilityResponse:
        owner = await self._owner_of_note(request)
        return await self.api.execute(
            request, pb.ReviewSuitabilityResponse, CONSULTATION, ReviewSuitability, **owner
        )


def servicer(api: Api) -> Servicer:
    """Return ConsultationService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.ConsultationService",
        lambda server: service_pb2_grpc.add_ConsultationServiceServicer_to_server(
            Consultations(api), server
        ),
    )
