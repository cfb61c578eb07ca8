"""ResponseService: what was measured of a plan, and what named rules make of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.handling import Versioned
from services.chassis.mapping import chosen, to_message
from services.consult.api.signed import changes_of
from services.consult.domain.formulary.model import Repeatability
from services.consult.domain.formulary.rows import policy_on
from services.consult.domain.plan.errors import ProtocolNotFound
from services.consult.domain.response.commands import AssessResponse
from services.consult.domain.response.curve import curve, in_per_cent, pooled
from services.consult.domain.response.errors import ResponseNotFound
from services.consult.domain.response.model import (
    Measure,
    NotedOutcome,
    Response,
    ResponseCurve,
    response_of,
)
from services.consult.domain.response.rules import ResponseRules
from services.consult.handlers.response import RESPONSE
from services.consult.reference.loader import reference

PAGE_MOST = 200
Repeatabilities = Sequence[Repeatability]


@dataclass(frozen=True, slots=True)
class Responses(service_pb2_grpc.ResponseServiceServicer):
    """Implements ResponseService."""

    api: Api

    async def AssessResponse(
        self, request: pb.AssessResponseRequest, context: Context
    ) -> pb.AssessResponseResponse:
        return await self.api.execute(request, pb.AssessResponseResponse, RESPONSE, AssessResponse)

    async def GetResponse(
        self, request: pb.GetResponseRequest, context: Context
    ) -> pb.GetResponseResponse:
        key = response_of(request.plan_id)
        found = await self.api.get(RESPONSE, key, ResponseNotFound)
        known = await repeatabilities(self.api)
        return pb.GetResponseResponse(response=shown(found, known, rules_of(self.api)))

    async def ListResponses(
        self, request: pb.ListResponsesRequest, context: Context
    ) -> pb.ListResponsesResponse:
        filters = {"patient_id": request.patient_id, "clinic_id": request.clinic_id}
        filters["verdict"] = chosen(request, "verdict")
        items, token = await self.api.page(request, RESPONSE, filters)
        known = await repeatabilities(self.api)
        responses = [shown(item, known, rules_of(self.api)) for item in items]
        return pb.ListResponsesResponse(responses=responses, next_page_token=token)

    async def GetResponseCurve(
        self, request: pb.GetResponseCurveRequest, context: Context
    ) -> pb.GetResponseCurveResponse:
        refuse_unknown(request.protocol_code)
        measure = Measure[chosen(request, "measure")]
        filters = {"protocol_code": request.protocol_code, "clinic_id": request.clinic_id}
        plans = [each for each in await self._measured(filters) if of(each, measure)]
        drawn = drawn_of(plans, measure, rules_of(self.api))
        message = to_message(drawn, model_pb2.ResponseCurve)
        return pb.GetResponseCurveResponse(curve=message, plans=len(plans))

    async def _measured(self, filters: dict[str, str]) -> list[tuple[NotedOutcome, ...]]:
        """Return what was measured of every plan that the caller's token reaches."""
        asked, found = pb.ListResponsesRequest(page_size=PAGE_MOST), []
        while True:
            items, asked.page_token = await self.api.page(asked, RESPONSE, filters)
            found += [item.state.outcomes for item in items]
            if not asked.page_token:
                return found


def drawn_of(
    plans: Sequence[Sequence[NotedOutcome]], measure: Measure, rules: ResponseRules
) -> ResponseCurve:
    """Return the curve over `plans`, beside what the cited trials found."""
    return ResponseCurve(
        measure,
        pooled(plans, measure),
        pooled([in_per_cent(noted, measure) for noted in plans], measure),
        rules.figures(measure),
    )


def of(noted: Sequence[NotedOutcome], measure: Measure) -> bool:
    """Tell whether `measure` was taken at all."""
    return any(each.outcome.measure is measure for each in noted)


def refuse_unknown(protocol_code: str) -> None:
    """Refuse a protocol that no version of the reference data has."""
    schedules = reference().schedules.schedules
    if not any(schedule.protocol_code == protocol_code for schedule in schedules):
        raise ProtocolNotFound(protocol_code=protocol_code)


async def repeatabilities(api: Api) -> Repeatabilities:
    """Return how far repeated measurements stray, as the caller's chain has signed it by today."""
    policy = policy_on(await changes_of(api), api.clock.now().date())
    return policy.repeatabilities if policy else ()


def rules_of(api: Api) -> ResponseRules:
    """Return the response rules and the trials of today."""
    return reference().response_rules.in_force(api.clock.now().date())


def shown(
    found: Versioned[Response], known: Repeatabilities, rules: ResponseRules
) -> model_pb2.Response:
    """Return a response as it is shown: with a curve of everything that was measured."""
    drawn = curves_of(found.state, known, rules)
    curves = [to_message(each, model_pb2.ResponseCurve) for each in drawn]
    message = resource(found, model_pb2.Response)
    message.curves.extend(curves)
    return message


def curves_of(state: Response, known: Repeatabilities, rules: ResponseRules) -> list[ResponseCurve]:
    """Return the curve of each measure, in the order of their first values."""
    spreads = {each.measure: each.sd_thousandths for each in known}
    measures = dict.fromkeys(each.outcome.measure for each in state.outcomes)
    return [
        ResponseCurve(
            measure,
            curve(state.outcomes, measure, spreads.get(measure)),
            # How far a quotient of two values strays, nobody has determined.
            curve(in_per_cent(state.outcomes, measure), measure, None),
            rules.figures(measure),
        )
        for measure in measures
    ]


def servicer(api: Api) -> Servicer:
    """Return ResponseService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.ResponseService",
        lambda server: service_pb2_grpc.add_ResponseServiceServicer_to_server(
            Responses(api), server
        ),
    )
