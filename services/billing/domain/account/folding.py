"""How an account changes with each event."""

from dataclasses import replace

from services.billing.domain.account.events import (
    AccountAmended,
    AccountMoved,
    AccountOpened,
    CreditPosted,
    CreditReserved,
    CreditsGranted,
    CreditVoided,
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
        case _:
            return moved(state, event)


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
    )


def moved(
    state: Account, event: CreditReserved | CreditPosted | CreditVoided | RevenueRecognised
) -> Account:
    """Return the account after one session's credit has moved."""
    reserved = tuple(each for each in state.reserved if each != event.session_id)
    match event:
        case CreditReserved():
            return replace(state, reserved=(*reserved, event.session_id))
        case CreditPosted():
            return replace(state, reserved=reserved, posted=(*state.posted, event.session_id))
        case CreditVoided():
            return replace(state, reserved=reserved)
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
