"""FormularyService: the reference data behind the decisions, as it is signed and in force."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from mesoflow.clinical.v1 import cocktail_pb2, protocol_pb2
from mesoflow.consult.v1 import model_pb2, service_pb2_grpc
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.grpc.api import PAGE_SIZE_DEFAULT, Api
from services.chassis.grpc.pages import PageToken
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import to_message, to_reply
from services.chassis.sealing import derived_key
from services.consult.domain.formulary.reference import Ingredient, Schedule
from services.consult.domain.plan.errors import IngredientNotFound, ProtocolNotFound
from services.consult.reference.loader import reference

RowT = TypeVar("RowT")
Request = pb.ListIngredientsRequest | pb.ListProtocolsRequest


@dataclass(frozen=True, slots=True)
class FormularyRows(service_pb2_grpc.FormularyServiceServicer):
    """Implements FormularyService."""

    api: Api

    async def GetIngredient(
        self, request: pb.GetIngredientRequest, context: Context
    ) -> pb.GetIngredientResponse:
        row = reference().formulary.ingredient(request.ingredient_code, self._today())
        if row is None:
            raise IngredientNotFound(ingredient_code=request.ingredient_code)
        return pb.GetIngredientResponse(ingredient=to_reply(row, model_pb2.Ingredient))

    async def ListIngredients(
        self, request: pb.ListIngredientsRequest, context: Context
    ) -> pb.ListIngredientsResponse:
        wanted = wanted_class(request)
        listing: Listing[Ingredient] = Listing("ingredient", {"class": wanted}, ingredient_code)
        page, token = self._page(request, ingredients(wanted, self._today()), listing)
        return pb.ListIngredientsResponse(
            ingredients=[to_reply(row, model_pb2.Ingredient) for row in page],
            next_page_token=token,
            formulary_version=reference().formulary.version,
        )

    async def GetProtocol(
        self, request: pb.GetProtocolRequest, context: Context
    ) -> pb.GetProtocolResponse:
        schedule = reference().schedules.schedule(request.protocol_code, self._today())
        if schedule is None:
            raise ProtocolNotFound(protocol_code=request.protocol_code)
        return pb.GetProtocolResponse(protocol=entry(schedule))

    async def ListProtocols(
        self, request: pb.ListProtocolsRequest, context: Context
    ) -> pb.ListProtocolsResponse:
        rows = reference().schedules.in_force(self._today())
        listing: Listing[Schedule] = Listing("protocol", {}, lambda row: row.protocol_code)
        page, token = self._page(request, rows, listing)
        protocols = [entry(schedule) for schedule in page]
        return pb.ListProtocolsResponse(protocols=protocols, next_page_token=token)

    def _today(self) -> date:
        return self.api.clock.now().date()

    def _page(
        self, request: Request, rows: Sequence[RowT], listing: "Listing[RowT]"
    ) -> tuple[Sequence[RowT], str]:
        """Return a page of `rows`, which are sorted by code, and the token of the next."""
        key = derived_key(self.api.keys, current().caller.chain_id, "page")
        token = PageToken(key, listing.name, listing.filters)
        after = token.read(request.page_token) if request.page_token else ""
        left = [row for row in rows if listing.code(row) > after]
        page = left[: request.page_size or PAGE_SIZE_DEFAULT]
        more = len(left) > len(page)
        return page, token.write(listing.code(page[-1])) if more else ""

    async def SignIngredient(
        self, request: pb.SignIngredientRequest, context: Context
    ) -> pb.SignIngredientResponse:
        raise NotImplementedError("D")

    async def SignPair(self, request: pb.SignPairRequest, context: Context) -> pb.SignPairResponse:
        raise NotImplementedError("D")

    async def SignPolicy(
        self, request: pb.SignPolicyRequest, context: Context
    ) -> pb.SignPolicyResponse:
        raise NotImplementedError("D")

    async def GetPolicy(
        self, request: pb.GetPolicyRequest, context: Context
    ) -> pb.GetPolicyResponse:
        raise NotImplementedError("D")

    async def RecheckPlans(
        self, request: pb.RecheckPlansRequest, context: Context
    ) -> pb.RecheckPlansResponse:
        raise NotImplementedError("D")

    async def ListQuestionnaires(
        self, request: pb.ListQuestionnairesRequest, context: Context
    ) -> pb.ListQuestionnairesResponse:
        raise NotImplementedError("D")

    async def ListSuitabilityRules(
        self, request: pb.ListSuitabilityRulesRequest, context: Context
    ) -> pb.ListSuitabilityRulesResponse:
        raise NotImplementedError("D")


@dataclass(frozen=True, slots=True)
class Listing(Generic[RowT]):
    """What a list is of: its name and filters bind its tokens, the code sorts it."""

    name: str
    filters: Mapping[str, str]
    code: Callable[[RowT], str]


def wanted_class(request: pb.ListIngredientsRequest) -> str:
    """Return the class to list, as rows spell it; empty for every class."""
    number = request.ingredient_class
    name = cocktail_pb2.IngredientClass.Name(number) if number else ""
    return name.removeprefix("INGREDIENT_CLASS_")


def ingredients(wanted: str, day: date) -> Sequence[Ingredient]:
    """Return the rows of a class, or of every class, that are in force on `day`."""
    rows = reference().formulary.in_force(day)
    return [row for row in rows if wanted in ("", row.ingredient_class.value)]


def ingredient_code(row: Ingredient) -> str:
    """Return what ingredients are sorted by."""
    return row.ingredient_code


def entry(schedule: Schedule) -> model_pb2.ProtocolEntry:
    """Return a schedule with its windows worked out."""
    reply = to_reply(schedule, model_pb2.ProtocolEntry)
    protocol = reference().schedules.protocol(schedule)
    reply.protocol.CopyFrom(to_message(protocol, protocol_pb2.Protocol))
    return reply


def servicer(api: Api) -> Servicer:
    """Return FormularyService, ready to join a server."""
    return Servicer(
        "mesoflow.consult.v1.FormularyService",
        lambda server: service_pb2_grpc.add_FormularyServiceServicer_to_server(
            FormularyRows(api), server
        ),
    )
