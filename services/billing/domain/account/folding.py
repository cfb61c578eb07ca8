"""How an account changes with each event."""

from dataclasses import replace

from services.billing.domain.account.events import (
    AccountAmended,
    AccountClosed,
    AccountMoved,
    AccountOpened,
    AccountResumed,
    AccountSuspended,
    CreditPosted,
    CreditReserved,
    CreditsGranted,
    CreditVoided,
    CreditWithheld,
    DepositPaid,
    Event,
    PaymentReceived,
    RevenueRecognised,
)
from services.billing.domain.account.model import Account, AccountState, spread
from services.billing.domain.money import minor_units


def evolve(state: Account | None, event: Event) -> Account:
    """Return the account after `event`."""
    if isinstance(event, AccountOpened):
        return opened(event)
    assert state is not None, "an account is opened before anything else"
    match event:
        case PaymentReceived():
            return paid(state, event)
        case DepositPaid():
            return replace(state, deposit_paid_at=event.paid_at)
        case CreditsGranted():
            return replace(state, credits_granted=state.credits_granted + event.credits)
        case AccountAmended():
            return amended(state, event)
        case AccountMoved():
            return replace(state, clinic_id=event.clinic_id)
        case AccountSuspended() | AccountResumed() | AccountClosed():
            return stopped(state, event)
        case _:
            return moved(state, event)


def stopped(state: Account, event: AccountSuspended | AccountResumed | AccountClosed) -> Account:
    """Return the account as it stops, for a while or for good, or goes on."""
    match event:
        case AccountSuspended():
            return replace(state, state=AccountState.SUSPENDED, suspended_at=event.suspended_at)
        case AccountResumed():
            accepted_at = event.resumed_at
            goes_on = replace(state, state=AccountState.OPEN, suspended_at=None)
            return replace(goes_on, accepted_at=accepted_at)
        case AccountClosed():
            over = replace(state, state=AccountState.CLOSED, suspended_at=None)
            return replace(over, closed_at=event.closed_at)


def amended(state: Account, event: AccountAmended) -> Account:
    """Return the account on its new terms: what is earned stays, the rest is spread anew."""
    net = minor_units(event.net) - state.revenue
    tax = minor_units(event.tax) - state.tax_payable
    left = spread(net, tax, event.sessions - len(state.posted))
    total = minor_units(event.total)
    return replace(
        state,
        quote_id=event.quote_id,
        former_quote_ids=(*state.former_quote_ids, state.quote_id),
        shares=(*state.earned, *left),
        total_minor_units=total,
        deposit_minor_units=min(state.deposit_minor_units, total),
        credits_granted=event.sessions if state.credits_granted else 0,
        accepted_at=max(state.accepted_at, event.amended_at),
    )


Moved = CreditWithheld | CreditReserved | CreditPosted | CreditVoided | RevenueRecognised


def moved(state: Account, event: Moved) -> Account:
    """Return the account after one session's credit has moved."""
    session_id = event.session_id
    reserved = tuple(each for each in state.reserved if each != session_id)
    withheld = tuple(each for each in state.withheld if each != session_id)
    free = replace(state, reserved=reserved, withheld=withheld)
    match event:
        case CreditWithheld():
            return replace(free, withheld=(*withheld, session_id))
        case CreditReserved():
            return replace(free, reserved=(*reserved, session_id))
        case CreditPosted():
            return replace(free, posted=(*state.posted, session_id))
        case CreditVoided():
            return free
        case RevenueRecognised():
            # Follows from what was posted and from the shares.
            return state


def opened(event: AccountOpened) -> Account:
    """Return the new account, each session's share of the sale fixed."""
    return Account(
        account_id=event.account_id,
        state=AccountState.OPEN,
        plan_id=event.plan_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        quote_id=event.quote_id,
        former_quote_ids=(),
        currency_code=event.currency_code,
        shares=spread(minor_units(event.net), minor_units(event.tax), event.sessions),
        total_minor_units=minor_units(event.total),
        deposit_minor_units=minor_units(event.deposit),
        received_minor_units=0,
        refunded_minor_units=0,
        credits_granted=0,
        reserved=(),
        posted=(),
        paid_invoices=(),
        deposit_paid_at=None,
        deposit_payment_id=None,
        opened_at=event.opened_at,
        accepted_at=event.opened_at,
    )


def paid(state: Account, event: PaymentReceived) -> Account:
    """Return the account with a payment more; the last before the deposit is paid completes it."""
    invoices = (event.invoice_id,) if event.invoice_id is not None else ()
    before = state.deposit_paid_at is None
    return replace(
        state,
        received_minor_units=state.received_minor_units + minor_units(event.amount),
        paid_invoices=(*state.paid_invoices, *invoices),
        deposit_payment_id=event.payment_id if before else state.deposit_payment_id,
    )
