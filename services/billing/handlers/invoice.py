"""The invoice as an aggregate."""

from dataclasses import replace

from services.billing.domain.account.model import carried_over_of
from services.billing.domain.invoice.commands import IssueInvoice, SettleInvoice
from services.billing.domain.invoice.decider import Terms
from services.billing.domain.invoice.model import Invoice
from services.billing.handlers.documents import (
    ACCOUNTS,
    INVOICES,
    PRICE_LISTS,
    QUOTES,
    Invoices,
)
from services.chassis.handling import Reader


async def gather_quote(command: IssueInvoice, state: Invoice | None, reader: Reader) -> Terms:
    """Return the quote and its price list's edition. Not the account: its news may come later."""
    if state is not None:
        return Terms()
    quote = await reader.get(QUOTES, command.quote_id)
    if quote is None:
        return Terms()
    price_list = await reader.get(PRICE_LISTS, quote.price_list_id)
    edition = price_list.edition(quote.price_list_version) if price_list is not None else None
    return Terms(quote, edition)


async def gather_deposit(command: SettleInvoice, state: Invoice | None, reader: Reader) -> Terms:
    """Tell whether an invoice asks for the deposit, and which payment completed it.

    None does where there is no deposit, or what another system was paid covered it.
    """
    account = await reader.get(ACCOUNTS, command.account_id)
    if account is None:
        return Terms()
    carried_over = account.deposit_payment_id == carried_over_of(command.account_id)
    return Terms(
        deposit_due=account.deposit_minor_units > 0 and not carried_over,
        deposit_payment_id=account.deposit_payment_id if account.deposit_paid_at else None,
    )


INVOICE: Invoices = replace(
    INVOICES, gathers={IssueInvoice: gather_quote, SettleInvoice: gather_deposit}
)
