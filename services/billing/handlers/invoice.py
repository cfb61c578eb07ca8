"""The invoice as an aggregate."""

from dataclasses import replace

from services.billing.domain.account.model import AccountState, carried_over_of
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
    """Return the quote, its price list's edition, and where the account stands.

    It rests on the quote alone: news of the account may come later.
    """
    if state is not None:
        return Terms()
    account = await reader.get(ACCOUNTS, command.account_id)
    stands = account.state if account is not None else None
    where = account.clinic_id if account is not None else None
    quote = await reader.get(QUOTES, command.quote_id)
    if quote is None:
        return Terms(account_state=stands, clinic_id=where)
    price_list = await reader.get(PRICE_LISTS, quote.price_list_id)
    edition = price_list.edition(quote.price_list_version) if price_list is not None else None
    return Terms(quote, edition, account_state=stands, clinic_id=where)


async def gather_deposit(command: SettleInvoice, state: Invoice | None, reader: Reader) -> Terms:
    """Tell whether an invoice asks for the deposit, and which payment completed it.

    None does where there is no deposit, or what another system was paid covered it, or where the
    account was closed before the invoice was made.
    """
    account = await reader.get(ACCOUNTS, command.account_id)
    if account is None:
        return Terms()
    carried_over = account.deposit_payment_id == carried_over_of(command.account_id)
    over = carried_over or account.state is AccountState.CLOSED
    return Terms(
        deposit_due=account.deposit_minor_units > 0 and not over,
        deposit_payment_id=account.deposit_payment_id if account.deposit_paid_at else None,
    )


INVOICE: Invoices = replace(
    INVOICES, gathers={IssueInvoice: gather_quote, SettleInvoice: gather_deposit}
)
