"""The ledger's rows. Each moves one amount from one account of the books to another, so the two
lines it stands for cannot but add up to nothing."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from services.billing.domain.account.events import Event, PaymentReceived, RevenueRecognised
from services.billing.domain.money import Money, minor_units
from services.chassis.kernel import Fact, Put


class LedgerAccount(Enum):
    """The books' accounts."""

    CASH = "CASH"
    RECEIVABLE = "RECEIVABLE"
    CONTRACT_LIABILITY = "CONTRACT_LIABILITY"
    REVENUE = "REVENUE"
    TAX_PAYABLE = "TAX_PAYABLE"
    REFUND = "REFUND"


class TransferKind(Enum):
    """Why an amount moved; the table knows which accounts each kind moves between."""

    PAYMENT = "PAYMENT"
    REVENUE = "REVENUE"
    TAX = "TAX"


# Debit and credit. What was paid and what was performed meet in the contract's liability, which
# stands below zero while more was performed than paid: then the patient owes it.
SIDES = {
    TransferKind.PAYMENT: (LedgerAccount.CASH, LedgerAccount.CONTRACT_LIABILITY),
    TransferKind.REVENUE: (LedgerAccount.CONTRACT_LIABILITY, LedgerAccount.REVENUE),
    TransferKind.TAX: (LedgerAccount.CONTRACT_LIABILITY, LedgerAccount.TAX_PAYABLE),
}


def project(event: Event) -> Sequence[Fact]:
    """Return the fact rows of `event`: payments and what moves in the books."""
    match event:
        case PaymentReceived():
            cause: dict[str, object] = {
                "account_id": event.account_id,
                "transaction_id": event.payment_id,
                "payment_id": event.payment_id,
                "invoice_id": event.invoice_id,
            }
            moved = transfer(TransferKind.PAYMENT, event.amount, cause, event.received_at)
            return [payment(event), *moved]
        case RevenueRecognised():
            cause = {
                "account_id": event.account_id,
                "transaction_id": event.session_id,
                "session_id": event.session_id,
            }
            at = event.recognised_at
            return [
                *transfer(TransferKind.REVENUE, event.amount, cause, at),
                *transfer(TransferKind.TAX, event.tax, cause, at),
            ]
        case _:
            return []


def transfer(
    kind: TransferKind, amount: Money, cause: dict[str, object], at: datetime
) -> Sequence[Put]:
    """Return the row that moves `amount`; nothing moves where there is none."""
    minor = minor_units(amount)
    if minor == 0:
        return []
    debit, credit = SIDES[kind]
    row: dict[str, object] = {
        "kind": kind,
        "debit": debit,
        "credit": credit,
        "amount_minor_units": minor,
        "currency_code": amount.currency_code,
        "posted_at": at,
    }
    return [Put("transfers", cause | row)]


def payment(event: PaymentReceived) -> Put:
    """Return the row of a payment, which no till's reference has twice."""
    row: dict[str, object] = {
        "payment_id": event.payment_id,
        "account_id": event.account_id,
        "invoice_id": event.invoice_id,
        "amount_minor_units": minor_units(event.amount),
        "currency_code": event.amount.currency_code,
        "method": event.method,
        "external_reference_code": event.external_reference_code,
        "received_at": event.received_at,
    }
    return Put("payments", row)
