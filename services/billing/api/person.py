"""All that is kept here of a patient, for their export."""

import asyncio

from mesoflow.billing.v1 import model_pb2
from mesoflow.billing.v1 import service_pb2 as pb
from services.billing.api.quote import quote_shown
from services.billing.domain.account.model import Account
from services.billing.domain.account.statement import statement
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.invoice import INVOICE
from services.billing.handlers.quote import QUOTE
from services.billing.handlers.views import Asked, Payment, Views
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import current
from services.chassis.grpc.whole import AT_ONCE, everything
from services.chassis.handling import Versioned
from services.chassis.mapping import to_reply

# A payment is recorded once and never changes.
PAYMENT_ETAG = '"1"'


async def exported(
    api: Api, views: Views, request: pb.ExportPatientRequest
) -> pb.ExportPatientResponse:
    """Return all that is kept here of a patient, once the reading is audited.

    Refused where a part of it is of a clinic that the caller's token does not reach: half an
    export would pass for a whole one.
    """
    await api.audited(request, request.patient_id)
    whose = [request.patient_id]
    accounts: list[Versioned[Account]] = await everything(api, ACCOUNT, "patient_id", whose)
    quotes = await everything(api, QUOTE, "patient_id", whose)
    invoices = await everything(api, INVOICE, "patient_id", whose)
    payments = [await paid(views, found.state.account_id) for found in accounts]
    return pb.ExportPatientResponse(
        quotes=await asyncio.gather(*(quote_shown(api, found) for found in quotes)),
        accounts=[account_shown(found) for found in accounts],
        invoices=[resource(found, model_pb2.Invoice) for found in invoices],
        payments=[payment_shown(payment) for each in payments for payment in each],
    )


async def paid(views: Views, account_id: str) -> list[Payment]:
    """Return all payments of an account."""
    chain_id = current().caller.chain_id
    found: list[Payment] = []
    after: str | None = None
    while True:
        asked = Asked(chain_id=chain_id, account_id=account_id, after=after, most=AT_ONCE)
        page = await views.payments(asked)
        found += page
        if len(page) < AT_ONCE:
            return found
        after = page[-1].payment_id


def account_shown(found: Versioned[Account]) -> model_pb2.Account:
    """Return an account as it is shown: counted and in Money."""
    return to_reply(statement(found.state), model_pb2.Account, etag=found.etag)


def payment_shown(payment: Payment) -> model_pb2.Payment:
    """Return a payment as it is shown."""
    return to_reply(payment, model_pb2.Payment, etag=PAYMENT_ETAG)
