"""InvoiceService: what was asked of patients."""

from dataclasses import dataclass

from mesoflow.billing.v1 import model_pb2, service_pb2_grpc
from mesoflow.billing.v1 import service_pb2 as pb
from services.billing.domain.invoice.errors import InvoiceNotFound
from services.billing.handlers.invoice import INVOICE
from services.chassis.grpc.api import Api, resource
from services.chassis.grpc.scope import Context
from services.chassis.grpc.server import Servicer
from services.chassis.mapping import chosen


@dataclass(frozen=True, slots=True)
class Invoices(service_pb2_grpc.InvoiceServiceServicer):
    """Implements InvoiceService."""

    api: Api

    async def GetInvoice(
        self, request: pb.GetInvoiceRequest, context: Context
    ) -> pb.GetInvoiceResponse:
        found = await self.api.get(INVOICE, request.invoice_id, InvoiceNotFound)
        return pb.GetInvoiceResponse(invoice=resource(found, model_pb2.Invoice))

    async def ListInvoices(
        self, request: pb.ListInvoicesRequest, context: Context
    ) -> pb.ListInvoicesResponse:
        filters = {
            "account_id": request.account_id,
            "plan_id": request.plan_id,
            "patient_id": request.patient_id,
            "invoice_state": chosen(request, "state"),
        }
        items, token = await self.api.page(request, INVOICE, filters)
        invoices = [resource(item, model_pb2.Invoice) for item in items]
        return pb.ListInvoicesResponse(invoices=invoices, next_page_token=token)


def servicer(api: Api) -> Servicer:
    """Return InvoiceService, ready to join a server."""
    return Servicer(
        "mesoflow.billing.v1.InvoiceService",
        lambda server: service_pb2_grpc.add_InvoiceServiceServicer_to_server(Invoices(api), server),
    )
