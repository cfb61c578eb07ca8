"""How an account opens on its plan's quote, changes with it, and goes on under a new consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.account.commands import OpenAccount
from services.billing.domain.account.events import (
    AccountAmended,
    AccountClosed,
    AccountOpened,
    AccountSuspended,
    CreditsGranted,
    CreditVoided,
    DepositPaid,
    Event,
    PaymentReceived,
)
from services.billing.domain.account.folding import evolve
from services.billing.domain.account.model import (
    Account,
    AccountState,
    PaymentMethod,
    carried_over_of,
)
from services.billing.domain.account.stopping import kept_again, resume, whose
from services.billing.domain.money import amount_of, minor_units, minor_units_in
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.model import Quote


@dataclass(frozen=True, slots=True)
class Sold:
    """What an account rests on: the quote that was accepted, and what was withdrawn of the plan."""

    quote: Quote | None = None
    consent_withdrawn_at: datetime | None = None
    plan_withdrawn: bool = False

    def consented(self, at: datetime) -> bool:
        """Tell whether a plan accepted `at` is still consented to."""
        return self.consent_withdrawn_at is None or at > self.consent_withdrawn_at


def open_account(command: OpenAccount, sold: Sold) -> Sequence[Event]:
    """Open the account on the quote's terms, with what another system was paid already.

    A plan without deposit, or whose deposit that covers, has its credits at once. An acceptance
    that is heard of after the withdrawal opens an account that is stopped: what another system
    was paid is in it. Where no quote was made before the plan was over, there is nothing to open.
    """
    if sold.quote is None:
        if sold.plan_withdrawn:
            return []
        raise QuoteNotFound(quote_id=command.quote_id)
    events: list[Event] = [opening(command, sold.quote), *carried_over(command, sold.quote)]
    account = folded(None, events)
    if sold.plan_withdrawn:
        return [*events, AccountClosed(*whose(account), command.at)]
    events += covered(account, command.at)
    if not sold.consented(command.at):
        events.append(AccountSuspended(*whose(account), command.at))
    return events


def opening(command: OpenAccount, quote: Quote) -> AccountOpened:
    """Return the opening on the quote's terms.

    It is the quote's patient who owes: that follows a merged patient, and news of the plan may
    be older.
    """
    return AccountOpened(
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


def accept_again(command: OpenAccount, account: Account, sold: Sold) -> Sequence[Event]:
    """Go on under a new consent, on a new quote where there is one.

    What is over stays so, and an acceptance that is older than the last one changes nothing.
    """
    if account.state is AccountState.CLOSED or command.at < account.accepted_at:
        return []
    events: list[Event] = [*resume(command, account, consented=sold.consented(command.at))]
    events += amend_account(command, folded(account, events), sold.quote)
    return [*events, *kept_again(command, folded(account, events))]


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
    deposit = amount_of(account.currency_code, account.deposit_minor_units)
    return [
        DepositPaid(*whose(account), deposit, at),
        CreditsGranted(*whose(account), len(account.shares), at),
    ]


def folded(account: Account | None, events: Sequence[Event]) -> Account:
    """Return the account after `events`."""
    for event in events:
        account = evolve(account, event)
    assert account is not None, "it is there, or there is the event that opens it"
    return account
