"""One chain's till: what consult and sessions say to billing, and what billing then shows."""

from dataclasses import dataclass, field
from functools import partial

from google.protobuf.message import Message
from google.type.date_pb2 import Date
from google.type.money_pb2 import Money

from mesoflow.billing.v1 import model_pb2
from mesoflow.billing.v1 import service_pb2 as pb
from mesoflow.billing.v1 import service_pb2_grpc as grpc
from mesoflow.clinical.v1 import protocol_pb2
from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1 import service_pb2_grpc as ops_grpc
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.billing.domain.account.model import account_of
from services.billing.domain.invoice.model import deposit_invoice_of
from services.chassis.delivery import FeedItem
from services.chassis.kernel import derived_id
from services.chassis.messages import event_type
from tests.support.calls import Caller, new_id
from tests.support.eventually import eventually
from tests.support.neighbour import Neighbour, said
from tests.support.running import RunningService

# Three sessions at 100.00 before tax of 20 %, and a quarter of it as deposit.
THREE = protocol_pb2.Protocol(windows=[protocol_pb2.SessionWindow(number=n) for n in (1, 2, 3)])
HEARD = """
SELECT event_id FROM chassis.inbox WHERE event_id = $1
UNION SELECT event_id FROM chassis.parked WHERE event_id = $1
"""
DEPOSIT = Money(currency_code="EUR", units=90)


@dataclass
class Till:
    """One plan of one patient, and both neighbours that billing hears."""

    billing: RunningService
    consult: Neighbour
    sessions: Neighbour
    clinic_id: str = field(default_factory=new_id)
    patient_id: str = field(default_factory=new_id)
    plan_id: str = field(default_factory=new_id)
    versions: dict[str, int] = field(default_factory=dict)

    @property
    def account_id(self) -> str:
        return account_of(self.plan_id)

    @property
    def quote_id(self) -> str:
        return derived_id("quote", self.plan_id)

    @property
    def clerk(self) -> Caller:
        return self.billing.caller("chain_admin", "billing", "operator", "auditor")

    def item(self, event: Message) -> FeedItem:
        """Return `event` as it happens now, with the next version of its aggregate."""
        key = event_type(type(event)).key_of(event)
        version = self.versions[key] = self.versions.get(key, 0) + 1
        return said(event, chain=self.billing.chain, version=version)

    def accepted(self) -> FeedItem:
        """Return the acceptance of the plan on its quote."""
        return self.item(
            consult.PlanAccepted(
                plan_id=self.plan_id,
                patient_id=self.patient_id,
                clinic_id=self.clinic_id,
                quote_id=self.quote_id,
            )
        )

    def taken_back(self) -> FeedItem:
        """Return the withdrawal of the consent."""
        return self.item(consult.ConsentWithdrawn(plan_id=self.plan_id, patient_id=self.patient_id))

    def withdrawn(self) -> FeedItem:
        """Return the withdrawal of the plan."""
        return self.item(consult.PlanWithdrawn(plan_id=self.plan_id, patient_id=self.patient_id))

    def course(self) -> FeedItem:
        """Return the opening of the course."""
        return self.item(
            sessions.CourseOpened(
                course_id=derived_id("course", self.plan_id),
                plan_id=self.plan_id,
                patient_id=self.patient_id,
                clinic_id=self.clinic_id,
                quote_id=self.quote_id,
            )
        )

    async def say(self, *items: FeedItem, again: bool = False) -> None:
        """Let each item's owner say it, and wait until billing has taken it in, or has parked it.

        Not until the broker counts nothing as pending alone: it may not have counted it yet.
        """
        for item in items:
            speaker = self.consult if ".consult." in item.type else self.sessions
            await speaker.say(item, again=again)
            await eventually(partial(self.heard, item.event_id))
        await self.consult.answered("billing-on-consult")
        await self.sessions.answered("billing-on-sessions")

    async def heard(self, event_id: str) -> bool:
        """Tell whether an event was answered, or waits."""
        found = await self.billing.database.rows(HEARD, event_id)
        return bool(found)

    async def opened(self) -> "Till":
        """Publish prices, and have the plan proposed and quoted."""
        prices = pb.PublishPriceListRequest(
            request_id=new_id(),
            currency_code="EUR",
            items=[
                model_pb2.PriceListItem(
                    item=model_pb2.BILLABLE_ITEM_SESSION,
                    unit_price=Money(currency_code="EUR", units=100),
                )
            ],
            deposit_basis_points=2_500,
            quote_valid_days=14,
            tax_basis_points=2_000,
            tax_reason_code="STANDARD_RATE",
            effective_from=Date(year=2020, month=1, day=1),
        )
        lists = grpc.PriceListServiceStub(self.billing.channel)
        await self.clerk.call(lists.PublishPriceList, prices)
        proposed = consult.PlanProposed(
            plan_id=self.plan_id,
            patient_id=self.patient_id,
            clinic_id=self.clinic_id,
            protocol=THREE,
        )
        await self.say(self.item(proposed))
        return self

    async def pay_deposit(self) -> None:
        request = pb.RecordPaymentRequest(
            request_id=new_id(),
            account_id=self.account_id,
            amount=DEPOSIT,
            method=model_pb2.PAYMENT_METHOD_CARD,
            external_reference_code=f"TILL-{new_id()}",
        )
        payments = grpc.PaymentServiceStub(self.billing.channel)
        await self.clerk.call(payments.RecordPayment, request)

    async def account(self) -> model_pb2.Account:
        accounts = grpc.AccountServiceStub(self.billing.channel)
        request = pb.GetAccountRequest(plan_id=self.plan_id)
        return (await self.clerk.call(accounts.GetAccount, request)).account

    async def invoices(self) -> list[model_pb2.Invoice]:
        stub = grpc.InvoiceServiceStub(self.billing.channel)
        request = pb.ListInvoicesRequest(account_id=self.account_id)
        return list((await self.clerk.call(stub.ListInvoices, request)).invoices)

    async def quote(self) -> model_pb2.Quote:
        stub = grpc.QuoteServiceStub(self.billing.channel)
        request = pb.GetQuoteRequest(quote_id=self.quote_id)
        return (await self.clerk.call(stub.GetQuote, request)).quote

    async def asks(self, state: model_pb2.InvoiceState.ValueType) -> None:
        """Wait until the one invoice there is, the deposit's, is in `state`."""

        async def there() -> bool:
            found = [(each.invoice_id, each.state) for each in await self.invoices()]
            return found == [(deposit_invoice_of(self.account_id), state)]

        await eventually(there)

    async def replay_parked(self) -> None:
        """Have everything that waits for a person taken in after all."""
        stub = ops_grpc.OpsServiceStub(self.billing.channel)
        for each in (await self.clerk.call(stub.ListParked, ops.ListParkedRequest())).parked:
            request = ops.ReplayParkedRequest(request_id=new_id(), parked_id=each.parked_id)
            await self.clerk.call(stub.ReplayParked, request)
        await eventually(self.nothing_waits)

    async def nothing_waits(self) -> bool:
        stub = ops_grpc.OpsServiceStub(self.billing.channel)
        status = await self.clerk.call(stub.GetStatus, ops.GetStatusRequest())
        return not (status.parked or status.dead)

    async def sound(self) -> None:
        """Fail where something waits, or a journal does not verify."""
        assert await self.nothing_waits()
        stub = ops_grpc.OpsServiceStub(self.billing.channel)
        found = await self.clerk.call(stub.VerifyJournal, ops.VerifyJournalRequest())
        assert not found.broken
