"""How an account opens on its plan's quote, and changes with it."""

from collections.abc import Sequence
from datetime import datetime

from services.billing.domain.account.commands import OpenAccount
from services.billing.domain.account.events import (
    AccountAmended,
    AccountOpened,
    CreditsGranted,
    CreditVoided,
    DepositPaid,
    Event,
    PaymentReceived,
)
from services.billing.domain.account.folding import evolve
from services.billing.domain.account.model import Account, PaymentMethod, carried_over_of
from services.billing.domain.money import amount_of, minor_units, minor_units_in
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.model import Quote


def open_account(command: OpenAccount, quote: Quote | None) -> Sequence[Event]:
    """Open the account on the quote's terms, with what another system was paid already.

    A plan without deposit, or whose deposit that covers, has its credits at once. It is the
    quote's patient who owes: that follows a merged patient, and news of the plan may be older.
    """
    if quote is None:
        raise QuoteNotFound(quote_id=command.quote_id)
    opened = AccountOpened(
        account_id=command.account_id,
        plan_id=command.plan_id,
        patient_id=quote.patient_id,
        clinic_id=command.clinic_id,
        quote_id=command.quote_id,
        currency_code=quote.total.currency_code,
        sessions=quote.sessions,
        unit_price=quote.unit_price,
        net=quote.net,
        tax=quote.tax,
        total=quote.total,
        deposit=quote.deposit,
        opened_at=command.at,
    )
    events: list[Event] = [opened, *carried_over(command, quote)]
    return [*events, *covered(folded(None, events), command.at)]


def carried_over(command: OpenAccount, quote: Quote) -> Sequence[PaymentReceived]:
    """Return what was paid to another system as a payment of its own method: no till took it."""
    if quote.prepaid is None or minor_units(quote.prepaid) == 0:
        return []
    return [
        PaymentReceived(
            payment_id=carried_over_of(command.account_id),
            account_id=command.account_id,
            invoice_id=None,
            patient_id=quote.patient_id,
            amount=quote.prepaid,
            method=PaymentMethod.CARRIED_OVER,
            external_reference_code=command.carried_over_code or command.plan_id,
            received_at=command.at,
        )
    ]


def amend_account(command: OpenAccount, account: Account, quote: Quote | None) -> Sequence[Event]:
    """Go over to the new quote of an amended plan; a quote that was accepted before does nothing.

    Performed sessions are earned as they were sold and stay so: only what is left follows.
    """
    if account.accepted(command.quote_id):
        return []
    if quote is None:
        raise QuoteNotFound(quote_id=command.quote_id)
    sessions = max(quote.sessions, len(account.posted))
    net, tax = account.revenue, account.tax_payable
    if sessions > len(account.posted):
        net = max(net, minor_units_in(account.currency_code, quote.net))
        tax = max(tax, minor_units_in(account.currency_code, quote.tax))
    amended = AccountAmended(
        account_id=account.account_id,
        plan_id=account.plan_id,
        patient_id=account.patient_id,
        quote_id=command.quote_id,
        sessions=sessions,
        net=amount_of(account.currency_code, net),
        tax=amount_of(account.currency_code, tax),
        total=amount_of(account.currency_code, net + tax),
        amended_at=command.at,
    )
    after = evolve(account, amended)
    return [amended, *over_booked(after, command.at), *covered(after, command.at)]


def over_booked(account: Account, at: datetime) -> Sequence[CreditVoided]:
    """Free the credits of the sessions booked last, where fewer are left than are booked."""
    left = len(account.shares) - len(account.posted)
    return [
        CreditVoided(account.account_id, session_id, account.patient_id, at)
        for session_id in account.reserved[left:]
    ]


def covered(account: Account, at: datetime) -> Sequence[Event]:
    """Return what follows where the deposit is there, and was not before."""
    paid = account.received_minor_units >= account.deposit_minor_units
    return deposit_covered(account, at) if paid and account.deposit_paid_at is None else []


def deposit_covered(account: Account, at: datetime) -> Sequence[Event]:
    """Return what follows once the deposit is there: the course may be booked."""
    whose = (account.account_id, account.plan_id, account.patient_id)
    deposit = amount_of(account.currency_code, account.deposit_minor_units)
    return [DepositPaid(*whose, deposit, at), CreditsGranted(*whose, len(account.shares), at)]


def folded(account: Account | None, events: Sequence[Event]) -> Account:
    """Return the account after `events`."""
    for event in events:
        account = evolve(account, event)
    assert account is not None, "there is at least the event that opens it"
    return account
