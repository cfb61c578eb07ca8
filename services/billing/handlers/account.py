"""The account as an aggregate. Payments are its entries, so that what is due is never raced for."""

from dataclasses import replace

from services.billing.domain.account.commands import OpenAccount, RecordPayment
from services.billing.domain.account.errors import PaymentAlreadyRecorded
from services.billing.domain.account.model import Account
from services.billing.domain.account.sale import Sold
from services.billing.domain.withdrawal.model import withdrawal_id_of
from services.billing.handlers.documents import ACCOUNTS, QUOTES, WITHDRAWALS, Accounts
from services.chassis.handling import EtagMismatch, Reader


async def gather_sold(command: OpenAccount, state: Account | None, reader: Reader) -> Sold:
    """Return what was withdrawn of the plan, and the quote unless the account stands on it."""
    withdrawal = await reader.get(WITHDRAWALS, withdrawal_id_of(command.plan_id))
    withdrawn_at = withdrawal.consent_withdrawn_at if withdrawal is not None else None
    over = withdrawal is not None and withdrawal.plan_withdrawn_at is not None
    if state is not None and state.accepted(command.quote_id):
        return Sold(None, withdrawn_at, over)
    quote = await reader.get(QUOTES, command.quote_id)
    return Sold(quote, withdrawn_at, over)


async def refuse_changed_invoice(
    command: RecordPayment, state: Account | None, reader: Reader
) -> None:
    """Refuse a payment for an invoice that moved on since the caller saw it.

    Here, so that a request that was answered before gets its answer again. The invoice is not
    held still: those who settle it hold it, and wait for the account.
    """
    if command.invoice is not None and command.invoice.changed:
        raise EtagMismatch


ACCOUNT: Accounts = replace(
    ACCOUNTS,
    gathers={OpenAccount: gather_sold, RecordPayment: refuse_changed_invoice},
    constraints={"payments_reference_once": PaymentAlreadyRecorded},
)
