"""OutcomeService: measured values, baseline included."""

from dataclasses import dataclass

from mesoflow.sessions.v1 import model_pb2, service_pb2_grpc
from mesoflow.sessions.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.kernel import derived_id
from services.chassis.mapping import chosen
from services.sessions.domain.course.errors import PlanNotFound
from services.sessions.domain.outcome.commands import MeasureOutcome
from services.sessions.domain.outcome.errors import OutcomeNotFound
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.outcome import OUTCOME


@dataclass(frozen=True, slots=True)
class Outcomes(service_pb2_grpc.OutcomeServiceServicer):
    """Implements OutcomeService."""

    api: Api

    async def MeasureOutcome(
        self, request: pb.MeasureOutcomeRequest, context: Context
    ) -> pb.MeasureOutcomeResponse:
        course_id = derived_id("course", request.plan_id)
        # The request names no clinic: the course's must be one that the caller's token reaches.
        await self.api.get(COURSE, course_id, PlanNotFound)
        return await self.api.execute(
            request, pb.MeasureOutcomeResponse, OUTCOME, MeasureOutcome, course_id=course_id
        )

    async def GetOutcome(
        self, request: pb.GetOutcomeRequest, context: Context
    ) -> pb.GetOutcomeResponse:
        found = await self.api.get(OUTCOME, request.outcome_id, OutcomeNotFound)
        return pb.GetOutcomeResponse(outcome=resource(found, model_pb2.OutcomeRecord))

    async def ListOutcomes(
        self, request: pb.ListOutcomesRequest, context: Context
    ) -> pb.ListOutcomesResponse:
        filters = {
            "patient_id": request.patient_id,
            "plan_id": request.plan_id,
            "measure": chosen(request, "measure"),
        }
        items, token = await self.api.page(request, OUTCOME, filters)
        outcomes = [resource(item, model_pb2.OutcomeRecord) for item in items]
        return pb.ListOutcomesResponse(outcomes=outcomes, next_page_token=token)


def servicer(api: Api) -> Servicer:
    """Return OutcomeService, ready to join a server."""
    return Servicer(
        "mesoflow.sessions.v1.OutcomeService",
        lambda server: service_pb2_grpc.add_OutcomeServiceServicer_to_server(Outcomes(api), server),
    )
