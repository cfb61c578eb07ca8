"""PriceListService: what a chain asks."""

from collections.abc import Sequence
from dataclasses import dataclass

from mesoflow.billing.v1 import model_pb2, service_pb2_grpc
from mesoflow.billing.v1 import service_pb2 as pb
from services.billing.api.paging import asked_for
from services.billing.domain.price_list.commands import PublishPriceList
from services.billing.domain.price_list.errors import PriceListNotFound
from services.billing.domain.price_list.model import Edition, PriceList
from services.billing.handlers.price_list import PRICE_LIST
from services.billing.handlers.views import Views
from services.chassis.grpc.api import Api
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import Versioned
from services.chassis.kernel import derived_id
from services.chassis.mapping import to_reply


@dataclass(frozen=True, slots=True)
class PriceLists(service_pb2_grpc.PriceListServiceServicer):
    """Implements PriceListService. A chain has one list; each publication is a version of it."""

    api: Api
    views: Views

    async def PublishPriceList(
        self, request: pb.PublishPriceListRequest, context: Context
    ) -> pb.PublishPriceListResponse:
        return await self.api.execute(
            request,
            pb.PublishPriceListResponse,
            PRICE_LIST,
            PublishPriceList,
            price_list_id=list_of_chain(),
        )

    async def GetPriceList(
        self, request: pb.GetPriceListRequest, context: Context
    ) -> pb.GetPriceListResponse:
        price_list_id = request.price_list_id or list_of_chain()
        found = await self.api.get(PRICE_LIST, price_list_id, PriceListNotFound)
        edition = found.state.in_force(self.api.clock.now().date())
        if edition is None:
            raise PriceListNotFound
        return pb.GetPriceListResponse(price_list=shown(edition, found.etag))

    async def ListPriceLists(
        self, request: pb.ListPriceListsRequest, context: Context
    ) -> pb.ListPriceListsResponse:
        asked, page = asked_for(self.api, request, "price_list", {})
        editions, token = page.cut(
            await self.views.editions(asked), lambda edition: edition.version
        )
        return pb.ListPriceListsResponse(
            price_lists=await self._listed(editions), next_page_token=token
        )

    async def _listed(self, editions: Sequence[Edition]) -> list[model_pb2.PriceList]:
        if not editions:
            return []
        found: Versioned[PriceList] = await self.api.get(
            PRICE_LIST, list_of_chain(), PriceListNotFound
        )
        return [shown(edition, found.etag) for edition in editions]


def list_of_chain() -> str:
    """Return the id of the caller's chain's price list."""
    return derived_id("price_list", current().caller.chain_id)


def shown(edition: Edition, etag: str) -> model_pb2.PriceList:
    """Return one edition as it is shown."""
    return to_reply(edition, model_pb2.PriceList, etag=etag)


def servicer(api: Api, views: Views) -> Servicer:
    """Return PriceListService, ready to join a server."""
    return Servicer(
        "mesoflow.billing.v1.PriceListService",
        lambda server: service_pb2_grpc.add_PriceListServiceServicer_to_server(
            PriceLists(api, views), server
        ),
    )
