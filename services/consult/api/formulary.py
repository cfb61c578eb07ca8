"""FormularyService: the reference data behind the decisions, as it is signed and in force."""

from dataclasses import dataclass
from datetime import date

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen, to_message
from services.consult.api.days import day_of
from services.consult.api.listing import day_in, page_of
from services.consult.api.rows import (
    ingredient,
    ingredients,
    newest_first,
    questionnaire,
    questionnaires,
    rule,
    rule_id,
    rules_on,
    schedule,
)
from services.consult.api.signed import changes_of
from services.consult.domain.formulary import commands
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import formulary_of
from services.consult.domain.formulary.reference import Formulary
from services.consult.domain.formulary.rows import policy_on, signed_over, version_on
from services.consult.domain.plan.errors import IngredientNotFound, ProtocolNotFound
from services.consult.handlers.formulary import FORMULARY
from services.consult.reference.loader import formulary_on, reference


@dataclass(frozen=True, slots=True)
class FormularyRows(service_pb2_grpc.FormularyServiceServicer):
    """Implements FormularyService."""

    api: Api

    async def GetIngredient(
        self, request: pb.GetIngredientRequest, context: Context
    ) -> pb.GetIngredientResponse:
        today = self._today()
        formulary = await self._formulary(today)
        row = formulary.ingredient(request.ingredient_code, today)
        if row is None:
            raise IngredientNotFound(ingredient_code=request.ingredient_code)
        return pb.GetIngredientResponse(ingredient=ingredient(row, formulary))

    async def ListIngredients(
        self, request: pb.ListIngredientsRequest, context: Context
    ) -> pb.ListIngredientsResponse:
        formulary = await self._formulary(day := day_in(self.api, request.day))
        of_class, goal = chosen(request, "ingredient_class"), chosen(request, "goal")
        rows = ingredients(formulary, of_class, goal, day)
        page, token = page_of(self.api, request, rows, lambda row: row.ingredient_code)
        return pb.ListIngredientsResponse(
            ingredients=[ingredient(row, formulary) for row in page],
            next_page_token=token,
            formulary_version=formulary.version,
        )

    async def GetProtocol(
        self, request: pb.GetProtocolRequest, context: Context
    ) -> pb.GetProtocolResponse:
        row = reference().schedules.schedule(request.protocol_code, self._today())
        if row is None:
            raise ProtocolNotFound(protocol_code=request.protocol_code)
        return pb.GetProtocolResponse(protocol=schedule(row, self._today()))

    async def ListProtocols(
        self, request: pb.ListProtocolsRequest, context: Context
    ) -> pb.ListProtocolsResponse:
        day, phase = day_in(self.api, request.day), chosen(request, "phase")
        held = reference().schedules.in_force(day)
        rows = [row for row in held if phase in ("", row.phase.value)]
        page, token = page_of(self.api, request, rows, lambda row: row.protocol_code)
        protocols = [schedule(row, day) for row in page]
        return pb.ListProtocolsResponse(protocols=protocols, next_page_token=token)

    async def SignIngredient(
        self, request: pb.SignIngredientRequest, context: Context
    ) -> pb.SignIngredientResponse:
        day_of(request.effective_from)
        return await self.api.execute(
            request, pb.SignIngredientResponse, FORMULARY, commands.SignIngredient, **own()
        )

    async def SignPair(self, request: pb.SignPairRequest, context: Context) -> pb.SignPairResponse:
        day_of(request.effective_from)
        return await self.api.execute(
            request, pb.SignPairResponse, FORMULARY, commands.SignPair, **own()
        )

    async def SignPolicy(
        self, request: pb.SignPolicyRequest, context: Context
    ) -> pb.SignPolicyResponse:
        day_of(request.policy.effective_from)
        return await self.api.execute(
            request, pb.SignPolicyResponse, FORMULARY, commands.SignPolicy, **own()
        )

    async def GetPolicy(
        self, request: pb.GetPolicyRequest, context: Context
    ) -> pb.GetPolicyResponse:
        changes, day = await changes_of(self.api), self._today()
        policy = policy_on(changes, day)
        if policy is None:
            raise PolicyMissing
        return pb.GetPolicyResponse(
            policy=to_message(policy, model_pb2.Policy),
            formulary_version=version_on(reference().formulary.version, changes, day),
        )

    async def RecheckPlans(
        self, request: pb.RecheckPlansRequest, context: Context
    ) -> pb.RecheckPlansResponse:
        return await self.api.execute(
            request, pb.RecheckPlansResponse, FORMULARY, commands.RecheckPlans, **own()
        )

    async def ListQuestionnaires(
        self, request: pb.ListQuestionnairesRequest, context: Context
    ) -> pb.ListQuestionnairesResponse:
        day = day_in(self.api, request.day) if request.HasField("day") else None
        rows = questionnaires(day, request.item_code)
        page, token = page_of(self.api, request, rows, newest_first)
        return pb.ListQuestionnairesResponse(
            questionnaires=[questionnaire(row, request.language) for row in page],
            next_page_token=token,
        )

    async def ListSuitabilityRules(
        self, request: pb.ListSuitabilityRulesRequest, context: Context
    ) -> pb.ListSuitabilityRulesResponse:
        day, effect = day_in(self.api, request.day), chosen(request, "effect")
        rows = rules_on(day, effect, request.topic_code, request.ingredient_code)
        page, token = page_of(self.api, request, rows, rule_id)
        return pb.ListSuitabilityRulesResponse(
            rules=[rule(row) for row in page],
            next_page_token=token,
            rules_version=reference().rules.version,
        )

    def _today(self) -> date:
        return self.api.clock.now().date()

    async def _formulary(self, day: date) -> Formulary:
        """Return the formulary as it is in force for the caller's chain on `day`."""
        # Only today's is held ready: other days would push it out from under the commands.
        files = formulary_on(day) if day == self._today() else reference().formulary.on(day)
        return signed_over(files, await changes_of(self.api), day)


def own() -> dict[str, str]:
    """Return the id of the formulary of the caller's chain."""
    return {"formulary_id": formulary_of(current().caller.chain_id)}


def servicer(api: Api) -> Servicer:
    """Return FormularyService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.FormularyService",
        lambda server: service_pb2_grpc.add_FormularyServiceServicer_to_server(
            FormularyRows(api), server
        ),
    )
