"""FormularyService: the reference data behind the decisions, as it is signed and in force."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import Api
from services.chassis.grpc.pages import paging
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen, to_message
from services.consult.api.days import day_of
from services.consult.api.rows import (
    ingredient,
    ingredients,
    newest_first,
    questionnaire,
    rule,
    rule_id,
    rules,
    schedule,
)
from services.consult.api.signed import changes_of
from services.consult.domain.consultation.screening import Questionnaire, SuitabilityRule
from services.consult.domain.formulary import commands
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import formulary_of
from services.consult.domain.formulary.reference import Formulary, Ingredient
from services.consult.domain.formulary.rows import policy_on, signed_over, version_on
from services.consult.domain.formulary.schedules import Schedule
from services.consult.domain.plan.errors import IngredientNotFound, ProtocolNotFound
from services.consult.handlers.formulary import FORMULARY
from services.consult.reference.loader import formulary_on, reference

RowT = TypeVar("RowT")
Request = (
    pb.ListIngredientsRequest
    | pb.ListProtocolsRequest
    | pb.ListQuestionnairesRequest
    | pb.ListSuitabilityRulesRequest
)


@dataclass(frozen=True, slots=True)
class FormularyRows(service_pb2_grpc.FormularyServiceServicer):
    """Implements FormularyService."""

    api: Api

    async def GetIngredient(
        self, request: pb.GetIngredientRequest, context: Context
    ) -> pb.GetIngredientResponse:
        formulary = await self._formulary()
        row = formulary.ingredient(request.ingredient_code, self._today())
        if row is None:
            raise IngredientNotFound(ingredient_code=request.ingredient_code)
        return pb.GetIngredientResponse(ingredient=ingredient(row, formulary))

    async def ListIngredients(
        self, request: pb.ListIngredientsRequest, context: Context
    ) -> pb.ListIngredientsResponse:
        formulary, wanted = await self._formulary(), chosen(request, "ingredient_class")
        rows = ingredients(formulary, wanted, self._today())
        page, token = self._page(request, rows, ingredient_listing(wanted))
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
        rows = reference().schedules.in_force(self._today())
        listing: Listing[Schedule] = Listing("protocol", {}, lambda row: row.protocol_code)
        page, token = self._page(request, rows, listing)
        protocols = [schedule(row, self._today()) for row in page]
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
        rows = sorted(reference().questionnaires, key=newest_first)
        listing: Listing[Questionnaire] = Listing("questionnaire", {}, newest_first)
        page, token = self._page(request, rows, listing)
        return pb.ListQuestionnairesResponse(
            questionnaires=[questionnaire(row, request.language) for row in page],
            next_page_token=token,
        )

    async def ListSuitabilityRules(
        self, request: pb.ListSuitabilityRulesRequest, context: Context
    ) -> pb.ListSuitabilityRulesResponse:
        wanted = chosen(request, "effect")
        rows = rules(wanted, self._today())
        listing: Listing[SuitabilityRule] = Listing("rule", {"effect": wanted}, rule_id)
        page, token = self._page(request, rows, listing)
        return pb.ListSuitabilityRulesResponse(
            rules=[rule(row) for row in page],
            next_page_token=token,
            rules_version=reference().rules.version,
        )

    def _today(self) -> date:
        return self.api.clock.now().date()

    async def _formulary(self) -> Formulary:
        """Return the formulary as it is in force for the caller's chain."""
        day = self._today()
        return signed_over(formulary_on(day), await changes_of(self.api), day)

    def _page(
        self, request: Request, rows: Sequence[RowT], listing: "Listing[RowT]"
    ) -> tuple[Sequence[RowT], str]:
        """Return a page of `rows`, which are sorted by code, and the token of the next."""
        chain_id = current().caller.chain_id
        asked = paging(self.api.keys, chain_id, request, listing.name, listing.filters)
        left = [row for row in rows if listing.code(row) > (asked.after or "")]
        return asked.cut(left, listing.code)


@dataclass(frozen=True, slots=True)
class Listing(Generic[RowT]):
    """What a list is of: its name and filters bind its tokens, the code sorts it."""

    name: str
    filters: Mapping[str, str]
    code: Callable[[RowT], str]


def ingredient_listing(wanted: str) -> Listing[Ingredient]:
    """Return the list of a class, sorted by code."""
    return Listing("ingredient", {"class": wanted}, lambda row: row.ingredient_code)


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
