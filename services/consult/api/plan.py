"""PlanService: proposed, quoted by billing, signed in person, accepted, changed, moved."""

from dataclasses import dataclass
from datetime import date

from mesoflow.consult.v1 import events_pb2, model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import Versioned
from services.chassis.mapping import chosen
from services.chassis.messages import event_type
from services.consult.api.days import day_message
from services.consult.api.signed import changes_of
from services.consult.domain.patient.errors import PatientNotFound
from services.consult.domain.patient.standing import present
from services.consult.domain.plan.commands import (
    AcceptPlan,
    AmendPlan,
    ImportPlan,
    MovePlan,
    ProposePlan,
    SignConsent,
    SignResponsibility,
    WithdrawConsent,
    WithdrawPlan,
)
from services.consult.domain.plan.consent_text import digest_of
from services.consult.domain.plan.errors import PlanNotFound
from services.consult.domain.plan.model import Plan
from services.consult.domain.response.model import response_of
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.plan import PLAN, consent_text
from services.consult.handlers.response import RESPONSE

MAY_HEAR_WHY = event_type(events_pb2.PlanFlagged).roles


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
        today = self.api.clock.now().date()
        text = consent_text(plan, await changes_of(self.api), request.language, today)
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
        """Return whose key a typed note is sealed with; without a note nothing is looked up.

        Nothing is sealed for somebody who was erased: that would make a key of theirs anew.
        """
        if not request.note:
            return {}
        plan = (await self.api.get(PLAN, request.plan_id, PlanNotFound)).state
        patient = (await self.api.get(PATIENT, plan.patient_id, PatientNotFound)).state
        return {"patient_id": present(patient).patient_id}

    async def WithdrawConsent(
        self, request: pb.WithdrawConsentRequest, context: Context
    ) -> pb.WithdrawConsentResponse:
        return await self.api.execute(request, pb.WithdrawConsentResponse, PLAN, WithdrawConsent)

    async def GetPlan(self, request: pb.GetPlanRequest, context: Context) -> pb.GetPlanResponse:
        found = await self.api.get(PLAN, request.plan_id, PlanNotFound)
        plan = shown(found)
        if review_on := await self._next_review(request.plan_id):
            plan.next_review_on.CopyFrom(day_message(review_on))
        return pb.GetPlanResponse(plan=plan)

    async def ListPlans(
        self, request: pb.ListPlansRequest, context: Context
    ) -> pb.ListPlansResponse:
        filters = {"patient_id": request.patient_id, "clinic_id": request.clinic_id}
        filters |= {"state_name": chosen(request, "state"), "flagged": wanted_flag(request)}
        items, token = await self.api.page(request, PLAN, filters)
        plans = [shown(item) for item in items]
        return pb.ListPlansResponse(plans=plans, next_page_token=token)

    async def AmendPlan(
        self, request: pb.AmendPlanRequest, context: Context
    ) -> pb.AmendPlanResponse:
        return await self.api.execute(request, pb.AmendPlanResponse, PLAN, AmendPlan)

    async def ImportPlan(
        self, request: pb.ImportPlanRequest, context: Context
    ) -> pb.ImportPlanResponse:
        return await self.api.execute(request, pb.ImportPlanResponse, PLAN, ImportPlan)

    async def MovePlan(self, request: pb.MovePlanRequest, context: Context) -> pb.MovePlanResponse:
        return await self.api.execute(request, pb.MovePlanResponse, PLAN, MovePlan)

    async def SignResponsibility(
        self, request: pb.SignResponsibilityRequest, context: Context
    ) -> pb.SignResponsibilityResponse:
        return await self.api.execute(
            request, pb.SignResponsibilityResponse, PLAN, SignResponsibility
        )

    async def _next_review(self, plan_id: str) -> date | None:
        """Return when the plan's response is looked at next; None before its first session."""
        chain_id = current().caller.chain_id
        found = await self.api.store.get(chain_id, RESPONSE, response_of(plan_id))
        return found.state.next_review_on if found else None


def shown(found: Versioned[Plan]) -> model_pb2.Plan:
    """Return a plan as the caller may read it: why it is flagged says what a patient has."""
    plan = resource(found, model_pb2.Plan)
    if not MAY_HEAR_WHY & current().caller.roles:
        plan.ClearField("flag_codes")
    return plan


def wanted_flag(request: pb.ListPlansRequest) -> str:
    """Return whether to list flagged plans or the others, as SQL spells it; empty for both."""
    return str(request.flagged).lower() if request.HasField("flagged") else ""


def servicer(api: Api) -> Servicer:
    """Return PlanService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.PlanService",
        lambda server: service_pb2_grpc.add_PlanServiceServicer_to_server(Plans(api), server),
    )
