"""QuoteService: what a plan will cost."""

import asyncio
from dataclasses import dataclass

from mesoflow.billing.v1 import model_pb2, service_pb2_grpc
from mesoflow.billing.v1 import service_pb2 as pb
from services.billing.domain.account.model import account_of
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.model import Quote
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.quote import QUOTE
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import Versioned


@dataclass(frozen=True, slots=True)
class Quotes(service_pb2_grpc.QuoteServiceServicer):
    """Implements QuoteService."""

    api: Api

    async def GetQuote(self, request: pb.GetQuoteRequest, context: Context) -> pb.GetQuoteResponse:
        found = await self.api.get(QUOTE, request.quote_id, QuoteNotFound)
        return pb.GetQuoteResponse(quote=await quote_shown(self.api, found))

    async def ListQuotes(
        self, request: pb.ListQuotesRequest, context: Context
    ) -> pb.ListQuotesResponse:
        filters = {"plan_id": request.plan_id, "patient_id": request.patient_id}
        items, token = await self.api.page(request, QUOTE, filters)
        quotes = await asyncio.gather(*(quote_shown(self.api, item) for item in items))
        wanted = [quote for quote in quotes if request.state in (0, quote.state)]
        return pb.ListQuotesResponse(quotes=wanted, next_page_token=token)


async def quote_shown(api: Api, found: Versioned[Quote]) -> model_pb2.Quote:
    """Return the quote; it is accepted once its plan's account stands on it, or has stood."""
    chain_id, quote = current().caller.chain_id, found.state
    account = await api.store.get(chain_id, ACCOUNT, account_of(quote.plan_id))
    if account is None or not account.state.accepted(quote.quote_id):
        return resource(found, model_pb2.Quote)
    return resource(found, model_pb2.Quote, state=model_pb2.QUOTE_STATE_ACCEPTED)


def servicer(api: Api) -> Servicer:
    """Return QuoteService, ready to join a server."""
    return Servicer(
        "mesoflow.billing.v1.QuoteService",
        lambda server: service_pb2_grpc.add_QuoteServiceServicer_to_server(Quotes(api), server),
    )
