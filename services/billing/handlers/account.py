"""The account as an aggregate. Payments are its entries, so that what is due is never raced for."""

from dataclasses import replace

from services.billing.domain.account.commands import OpenAccount, RecordPayment
from services.billing.domain.account.errors import PaymentAlreadyRecorded
from services.billing.domain.account.model import Account
from services.billing.domain.quote.model import Quote
from services.billing.handlers.documents import ACCOUNTS, QUOTES, Accounts
from services.chassis.handling import EtagMismatch, Reader


async def gather_quote(command: OpenAccount, state: Account | None, reader: Reader) -> Quote | None:
    """Return the quote that was accepted, unless the account stands on it already."""
    if state is not None and state.accepted(command.quote_id):
        return None
    return await reader.get(QUOTES, command.quote_id)


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
    gathers={OpenAccount: gather_quote, RecordPayment: refuse_changed_invoice},
    constraints={"payments_reference_once": PaymentAlreadyRecorded},
)
