"""What billing does when a patient takes back consent or plan."""

from collections.abc import Sequence

from mesoflow.billing.v1 import events_pb2 as billing_events
from mesoflow.consult.v1 import events_pb2 as consult_events
from services.billing.domain.account.commands import CloseAccount, SuspendAccount
from services.billing.domain.account.model import account_of
from services.billing.domain.invoice.commands import ResumeInvoice, SuspendInvoice, VoidInvoice
from services.billing.domain.invoice.model import deposit_invoice_of
from services.billing.domain.quote.commands import WithdrawQuote
from services.billing.domain.withdrawal.commands import (
    FollowConsentWithdrawal,
    FollowPlanWithdrawal,
)
from services.billing.domain.withdrawal.model import withdrawal_id_of
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.invoice import INVOICE
from services.billing.handlers.quote import QUOTE, WITHDRAWAL
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed


def suspend_account(event: consult_events.ConsentWithdrawn, delivery: Delivery) -> Sequence[Owed]:
    """Stop the plan's account, and remember it: an older acceptance may be heard of later."""
    withdrawal_id, account_id = withdrawal_id_of(event.plan_id), account_of(event.plan_id)
    at = delivery.occurred_at
    return [
        Owed(WITHDRAWAL, withdrawal_id, FollowConsentWithdrawal(withdrawal_id, event.plan_id, at)),
        Owed(ACCOUNT, account_id, SuspendAccount(account_id, at)),
    ]


def close_account(event: consult_events.PlanWithdrawn, delivery: Delivery) -> Sequence[Owed]:
    """End the plan's account, and find the quotes that nobody accepts any more."""
    withdrawal_id, account_id = withdrawal_id_of(event.plan_id), account_of(event.plan_id)
    at = delivery.occurred_at
    return [
        Owed(WITHDRAWAL, withdrawal_id, FollowPlanWithdrawal(withdrawal_id, event.plan_id, at)),
        Owed(ACCOUNT, account_id, CloseAccount(account_id, at)),
    ]


def withdraw_quotes(
    event: billing_events.PlanWithdrawalFollowed, delivery: Delivery
) -> Sequence[Owed]:
    """End each quote that the plan was not accepted on."""
    at = delivery.occurred_at
    return [Owed(QUOTE, quote_id, WithdrawQuote(quote_id, at)) for quote_id in event.quote_ids]


def suspend_invoice(event: billing_events.AccountSuspended, delivery: Delivery) -> Sequence[Owed]:
    """Let the deposit's invoice wait."""
    invoice_id = deposit_invoice_of(event.account_id)
    return [Owed(INVOICE, invoice_id, SuspendInvoice(invoice_id, delivery.occurred_at))]


def resume_invoice(event: billing_events.AccountResumed, delivery: Delivery) -> Sequence[Owed]:
    """Ask for the deposit again."""
    invoice_id = deposit_invoice_of(event.account_id)
    return [Owed(INVOICE, invoice_id, ResumeInvoice(invoice_id, delivery.occurred_at))]


def void_invoice(event: billing_events.AccountClosed, delivery: Delivery) -> Sequence[Owed]:
    """Ask for the deposit no more."""
    invoice_id = deposit_invoice_of(event.account_id)
    return [Owed(INVOICE, invoice_id, VoidInvoice(invoice_id, delivery.occurred_at))]
