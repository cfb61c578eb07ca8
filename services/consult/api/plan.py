"""PlanService: proposed, quoted by billing, signed by the patient, accepted."""

from dataclasses import dataclass

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.plan.commands import (
    AcceptPlan,
    ProposePlan,
    SignConsent,
    WithdrawConsent,
    WithdrawPlan,
)
from services.consult.domain.plan.consent_text import digest_of
from services.consult.domain.plan.errors import PlanNotFound
from services.consult.handlers.directory import CLINIC
from services.consult.handlers.plan import PLAN, consent_text


@dataclass(frozen=True, slots=True)
class Plans(service_pb2_grpc.PlanServiceServicer):
    """Implements PlanService."""

    api: Api

    async def ProposePlan(
        self, request: pb.ProposePlanRequest, context: Context
    ) -> pb.ProposePlanResponse:
        return await self.api.execute(request, pb.ProposePlanResponse, PLAN, ProposePlan)

    async def GetConsentText(
        self, request: pb.GetConsentTextRequest, context: Context
    ) -> pb.GetConsentTextResponse:
        plan = (await self.api.get(PLAN, request.plan_id, PlanNotFound)).state
        clinic = (await self.api.get(CLINIC, plan.clinic_id, ClinicNotFound)).state
        text = consent_text(plan, clinic, request.language)
        reply = pb.GetConsentTextResponse(plan_id=plan.plan_id, plan_version=plan.terms_version)
        reply.language, reply.text, reply.text_digest = request.language, text, digest_of(text)
        return reply

    async def SignConsent(
        self, request: pb.SignConsentRequest, context: Context
    ) -> pb.SignConsentResponse:
        return await self.api.execute(
            request, pb.SignConsentResponse, PLAN, SignConsent, consent_id=self.api.ids.new()
        )

    async def AcceptPlan(
        self, request: pb.AcceptPlanRequest, context: Context
    ) -> pb.AcceptPlanResponse:
        return await self.api.execute(request, pb.AcceptPlanResponse, PLAN, AcceptPlan)

    async def WithdrawPlan(
        self, request: pb.WithdrawPlanRequest, context: Context
    ) -> pb.WithdrawPlanResponse:
        owner = await self._owner_of_note(request)
        return await self.api.execute(request, pb.WithdrawPlanResponse, PLAN, WithdrawPlan, **owner)

    async def _owner_of_note(self, request: pb.WithdrawPlanRequest) -> dict[str, str]:
        """Return whose key a typed note is sealed with; without a note nothing is looked up."""
        if not request.note:
            return {}
        found = await self.api.get(PLAN, request.plan_id, PlanNotFound)
        return {"patient_id": found.state.patient_id}

    async def WithdrawConsent(
        self, request: pb.WithdrawConsentRequest, context: Context
    ) -> pb.WithdrawConsentResponse:
        return await self.api.execute(request, pb.WithdrawConsentResponse, PLAN, WithdrawConsent)

    async def GetPlan(self, request: pb.GetPlanRequest, context: Context) -> pb.GetPlanResponse:
        found = await self.api.get(PLAN, request.plan_id, PlanNotFound)
        return pb.GetPlanResponse(plan=resource(found, model_pb2.Plan))

    async def ListPlans(
        self, request: pb.ListPlansRequest, context: Context
    ) -> pb.ListPlansResponse:
        filters = {"patient_id": request.patient_id, "clinic_id": request.clinic_id}
        filters["state_name"] = wanted_state(request)
        items, token = await self.api.page(request, PLAN, filters)
        plans = [resource(item, model_pb2.Plan) for item in items]
        return pb.ListPlansResponse(plans=plans, next_page_token=token)

    async def AmendPlan(
        self, request: pb.AmendPlanRequest, context: Context
    ) -> pb.AmendPlanResponse:
        raise NotImplementedError("E")

    async def ImportPlan(
        self, request: pb.ImportPlanRequest, context: Context
    ) -> pb.ImportPlanResponse:
        raise NotImplementedError("E")

    async def MovePlan(self, request: pb.MovePlanRequest, context: Context) -> pb.MovePlanResponse:
        raise NotImplementedError("E")

    async def SignResponsibility(
        self, request: pb.SignResponsibilityRequest, context: Context
    ) -> pb.SignResponsibilityResponse:
        raise NotImplementedError("E")


def wanted_state(request: pb.ListPlansRequest) -> str:
    """Return the state to list, as documents spell it; empty for every state."""
    name = model_pb2.PlanState.Name(request.state) if request.state else ""
    return name.removeprefix("PLAN_STATE_")


def servicer(api: Api) -> Servicer:
    """Return PlanService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.PlanService",
        lambda server: service_pb2_grpc.add_PlanServiceServicer_to_server(Plans(api), server),
    )
