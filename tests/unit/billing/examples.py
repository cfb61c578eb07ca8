"""A chain's prices, a quote and an account, as examples. Every number here is made up for tests."""

from datetime import UTC, date, datetime

from services.billing.domain.account.commands import RecordPayment
from services.billing.domain.account.events import (
    AccountOpened,
    CreditsGranted,
    DepositPaid,
    PaymentReceived,
)
from services.billing.domain.account.model import PaymentMethod, account_of
from services.billing.domain.money import Money, allocate, amount_of, share_of
from services.billing.domain.price_list.commands import PublishPriceList
from services.billing.domain.price_list.model import BillableItem, PriceListItem
from services.billing.domain.quote.model import Quote, QuoteState

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = AT.date()
PRICE_LIST, PLAN, PATIENT = "price-list", "plan", "patient"
CLINIC, OTHER_CLINIC = "clinic", "other-clinic"
QUOTE, ACCOUNT, INVOICE = "quote", account_of(PLAN), "invoice"


def euro(minor: int) -> Money:
    return amount_of("EUR", minor)


def session_price(minor: int, clinic_id: str | None = None) -> PriceListItem:
    return PriceListItem(BillableItem.SESSION, clinic_id, euro(minor))


def publish(
    *items: PriceListItem, effective_from: date = TODAY, at: datetime = AT
) -> PublishPriceList:
    return PublishPriceList(
        price_list_id=PRICE_LIST,
        currency_code="EUR",
        items=items or (session_price(10_000),),
        deposit_basis_points=2_500,
        quote_valid_days=14,
        tax_basis_points=2_000,
        tax_reason_code="STANDARD_RATE",
        effective_from=effective_from,
        at=at,
    )


def quote(sessions: int = 3, net: int = 30_000, tax: int = 6_000, deposit: int = 9_000) -> Quote:
    return Quote(
        quote_id=QUOTE,
        state=QuoteState.ISSUED,
        plan_id=PLAN,
        patient_id=PATIENT,
        clinic_id=CLINIC,
        sessions=sessions,
        unit_price=euro(allocate(net, [1] * sessions)[0]),
        net=euro(net),
        tax=euro(tax),
        total=euro(net + tax),
        deposit=euro(deposit),
        price_list_id=PRICE_LIST,
        price_list_version="1",
        issued_at=AT,
        valid_until=AT,
        total_12_months=euro(net + tax),
        total_24_months=euro(net + tax),
        prepaid=None,
        amends_quote_id=None,
    )


def opened(
    sessions: int = 3, net: int = 30_000, tax: int = 6_000, deposit_basis_points: int = 2_500
) -> AccountOpened:
    return AccountOpened(
        account_id=ACCOUNT,
        plan_id=PLAN,
        patient_id=PATIENT,
        clinic_id=CLINIC,
        quote_id=QUOTE,
        currency_code="EUR",
        sessions=sessions,
        unit_price=euro(net),
        net=euro(net),
        tax=euro(tax),
        total=euro(net + tax),
        deposit=euro(share_of(net + tax, deposit_basis_points)),
        opened_at=AT,
    )


def received(
    minor: int, payment_id: str = "payment", invoice_id: str | None = None
) -> PaymentReceived:
    return PaymentReceived(
        payment_id=payment_id,
        account_id=ACCOUNT,
        invoice_id=invoice_id,
        patient_id=PATIENT,
        amount=euro(minor),
        method=PaymentMethod.CARD,
        external_reference_code=f"till/{payment_id}",
        received_at=AT,
    )


def pay(amount: Money, payment_id: str = "payment") -> RecordPayment:
    return RecordPayment(
        account_id=ACCOUNT,
        payment_id=payment_id,
        invoice_id=None,
        invoice=None,
        amount=amount,
        method=PaymentMethod.CARD,
        external_reference_code=f"till/{payment_id}",
        at=AT,
    )


DEPOSIT_PAID = DepositPaid(ACCOUNT, PLAN, PATIENT, euro(9_000), AT)
CREDITS_GRANTED = CreditsGranted(ACCOUNT, PLAN, PATIENT, 3, AT)
