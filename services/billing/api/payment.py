"""PaymentService: what the tills took. A payment is an entry of its account."""

from dataclasses import dataclass
from typing import Any

from mesoflow.billing.v1 import service_pb2 as pb
from mesoflow.billing.v1 import service_pb2_grpc
from services.billing.api.paging import asked_for
from services.billing.api.person import PAYMENT_ETAG, payment_shown
from services.billing.domain.account.commands import InvoiceDue, RecordPayment
from services.billing.domain.account.errors import PaymentNotFound
from services.billing.domain.account.events import PaymentReceived
from services.billing.domain.account.model import Account
from services.billing.domain.invoice.errors import InvoiceNotFound
from services.billing.domain.invoice.model import InvoiceState
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.invoice import INVOICE
from services.billing.handlers.views import Asked, Views
from services.chassis.grpc.api import Api, version_in
from services.chassis.grpc.scope import Context, current
from services.chassis.grpc.server import Servicer
from services.chassis.handling import Outcome, Owed
from services.chassis.mapping import from_message, to_reply
from services.chassis.telemetry import Kind


@dataclass(frozen=True, slots=True)
class Payments(service_pb2_grpc.PaymentServiceServicer):
    """Implements PaymentService."""

    api: Api
    views: Views

    async def RecordPayment(
        self, request: pb.RecordPaymentRequest, context: Context
    ) -> pb.RecordPaymentResponse:
        account_id, invoice, checked = await self._paid_for(request)
        return await self._recorded(checked, self._owed(request, account_id, invoice))

    def _owed(
        self, request: pb.RecordPaymentRequest, account_id: str, invoice: InvoiceDue | None
    ) -> Owed:
        command = from_message(
            request,
            RecordPayment,
            account_id=account_id,
            payment_id=self.api.ids.new(),
            invoice=invoice,
            at=self.api.clock.now(),
        )
        return Owed(ACCOUNT, account_id, command)

    async def _paid_for(
        self, request: pb.RecordPaymentRequest
    ) -> tuple[str, InvoiceDue | None, pb.RecordPaymentRequest]:
        """Return the account, the invoice if one is named, and the request to check by account."""
        if request.WhichOneof("towards") == "account_id":
            return request.account_id, None, request
        found = await self.api.get(INVOICE, request.invoice_id, InvoiceNotFound)
        changed = version_in(request.etag) not in (None, found.version)
        # The etag is the invoice's; the account, which takes the payment in, has one of its own.
        checked = pb.RecordPaymentRequest()
        checked.CopyFrom(request)
        checked.etag = ""
        due = InvoiceDue(found.state.total, found.state.state is InvoiceState.PAID, changed)
        return found.state.account_id, due, checked

    async def _recorded(
        self, checked: pb.RecordPaymentRequest, owed: Owed
    ) -> pb.RecordPaymentResponse:
        """Run the command as Api.run does, but answer with the payment, not with the account."""
        with self.api.telemetry.span(
            "handle RecordPayment",
            Kind.INTERNAL,
            current().traceparent,
            attributes={"mesoflow.aggregate": ACCOUNT.name, "mesoflow.command": "RecordPayment"},
        ) as span:
            call = self.api.invocation(checked, traceparent=span.traceparent)
            answer = await self.api.store.handle(owed, call, recorded)
        return pb.RecordPaymentResponse.FromString(answer)

    async def GetPayment(
        self, request: pb.GetPaymentRequest, context: Context
    ) -> pb.GetPaymentResponse:
        found = await self.views.payments(one_payment(request.payment_id))
        if not found:
            raise PaymentNotFound
        return pb.GetPaymentResponse(payment=payment_shown(found[0]))

    async def ListPayments(
        self, request: pb.ListPaymentsRequest, context: Context
    ) -> pb.ListPaymentsResponse:
        filters = {"account_id": request.account_id, "invoice_id": request.invoice_id}
        asked, page = asked_for(self.api, request, "payment", filters)
        found, token = page.cut(await self.views.payments(asked), lambda each: each.payment_id)
        return pb.ListPaymentsResponse(payments=map(payment_shown, found), next_page_token=token)


def one_payment(payment_id: str) -> Asked:
    """Ask for one payment of the caller's chain and clinics."""
    caller = current().caller
    return Asked(chain_id=caller.chain_id, clinics=caller.clinics, payment_id=payment_id, most=1)


def recorded(outcome: Outcome[Account]) -> bytes:
    """Return the answer to the payment that was just recorded."""
    received: Any = next(each for each in outcome.events if isinstance(each, PaymentReceived))
    deposit_paid = outcome.state.deposit_paid_at is not None
    reply = to_reply(
        received, pb.RecordPaymentResponse, etag=PAYMENT_ETAG, deposit_paid=deposit_paid
    )
    return reply.SerializeToString()


def servicer(api: Api, views: Views) -> Servicer:
    """Return PaymentService, ready to join a server."""
    return Servicer(
        "mesoflow.billing.v1.PaymentService",
        lambda server: service_pb2_grpc.add_PaymentServiceServicer_to_server(
            Payments(api, views), server
        ),
    )
