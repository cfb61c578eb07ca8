"""How an invoice decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.billing.domain.account.model import AccountState
from services.billing.domain.invoice.commands import (
    Command,
    IssueInvoice,
    MoveInvoice,
    ResumeInvoice,
    SettleInvoice,
    SuspendInvoice,
    VoidInvoice,
)
from services.billing.domain.invoice.errors import InvoiceNotFound
from services.billing.domain.invoice.events import (
    Event,
    InvoiceIssued,
    InvoiceMoved,
    InvoicePaid,
    InvoiceResumed,
    InvoiceSuspended,
    InvoiceVoided,
)
from services.billing.domain.invoice.model import Invoice, InvoiceLine, InvoiceState
from services.billing.domain.money import allocate, amount_of, minor_units
from services.billing.domain.price_list.errors import PriceListNotFound
from services.billing.domain.price_list.model import BillableItem, Edition
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.model import Quote
from services.chassis.kernel import Decider


@dataclass(frozen=True, slots=True)
class Terms:
    """What an invoice rests on: the quote and the edition it was made from, and the account.

    Without `account_state` the account is not open yet; `clinic_id` is where it is by now.
    """

    quote: Quote | None = None
    edition: Edition | None = None
    deposit_due: bool = True
    deposit_payment_id: str | None = None
    account_state: AccountState | None = None
    clinic_id: str | None = None


def decide(command: Command, state: Invoice | None, facts: Terms) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, state:
        case IssueInvoice(), None:
            return issue(command, facts)
        case SettleInvoice(), None:
            if facts.deposit_due:
                raise InvoiceNotFound
            return []
        case SettleInvoice(), Invoice(state=InvoiceState.ISSUED | InvoiceState.SUSPENDED):
            return settle(command, state, facts)
        case SuspendInvoice() | ResumeInvoice() | VoidInvoice(), Invoice():
            return follow(command, state)
        case MoveInvoice(), Invoice() if state.clinic_id != command.clinic_id:
            where = (state.account_id, command.clinic_id)
            return [InvoiceMoved(state.invoice_id, *where, command.at)]
        case _:
            return []


def follow(
    command: SuspendInvoice | ResumeInvoice | VoidInvoice, state: Invoice
) -> Sequence[Event]:
    """Return what becomes of an unpaid invoice as its account stops and goes on."""
    whose = (state.invoice_id, state.account_id, state.patient_id)
    match command, state.state:
        case SuspendInvoice(), InvoiceState.ISSUED:
            return [InvoiceSuspended(*whose, command.at)]
        case ResumeInvoice(), InvoiceState.SUSPENDED:
            return [InvoiceResumed(*whose, command.at)]
        case VoidInvoice(), InvoiceState.ISSUED | InvoiceState.SUSPENDED:
            return [InvoiceVoided(*whose, command.at)]
        case _:
            return []


def settle(command: SettleInvoice, state: Invoice, facts: Terms) -> Sequence[InvoicePaid]:
    """Close the invoice by the payment that completed the deposit."""
    if facts.deposit_payment_id is None:
        return []
    return [
        InvoicePaid(
            invoice_id=state.invoice_id,
            account_id=state.account_id,
            payment_id=facts.deposit_payment_id,
            patient_id=state.patient_id,
            paid_at=command.at,
        )
    ]


def issue(command: IssueInvoice, facts: Terms) -> Sequence[InvoiceIssued | InvoiceSuspended]:
    """Ask for what is missing of the quote's deposit; where that is nothing there is no invoice.

    News of the course may come after the account was stopped: a suspended one is asked for nothing
    yet, a closed one for nothing at all.
    """
    if facts.account_state is AccountState.CLOSED:
        return []
    if facts.quote is None:
        raise QuoteNotFound(quote_id=command.quote_id)
    if facts.edition is None:
        raise PriceListNotFound
    due = deposit_due(facts.quote)
    if due == 0:
        return []
    line = deposit_line(facts.quote, facts.edition, due)
    issued = asking(command, facts.quote.patient_id, facts.clinic_id or command.clinic_id, line)
    if facts.account_state is not AccountState.SUSPENDED:
        return [issued]
    whose = (issued.invoice_id, issued.account_id, issued.patient_id)
    return [issued, InvoiceSuspended(*whose, command.at)]


def asking(
    command: IssueInvoice, patient_id: str, clinic_id: str, line: InvoiceLine
) -> InvoiceIssued:
    """Return the invoice of one line.

    The quote's patient is asked: that follows a merged patient, and news of the course may be old.
    """
    return InvoiceIssued(
        invoice_id=command.invoice_id,
        account_id=command.account_id,
        plan_id=command.plan_id,
        course_id=command.course_id,
        patient_id=patient_id,
        clinic_id=clinic_id,
        lines=(line,),
        total=line.total,
        issued_at=command.at,
    )


def deposit_due(quote: Quote) -> int:
    """Return what of the deposit another system was not paid already."""
    prepaid = minor_units(quote.prepaid) if quote.prepaid is not None else 0
    return max(0, minor_units(quote.deposit) - prepaid)


def deposit_line(quote: Quote, edition: Edition, due: int) -> InvoiceLine:
    """Return the line of the deposit: its tax is the total's, in proportion."""
    currency = quote.deposit.currency_code
    net, tax = allocate(due, (minor_units(quote.net), minor_units(quote.tax)))
    return InvoiceLine(
        item=BillableItem.DEPOSIT,
        quantity=1,
        unit_price=amount_of(currency, net),
        net=amount_of(currency, net),
        tax=amount_of(currency, tax),
        total=amount_of(currency, due),
        tax_basis_points=edition.tax_basis_points,
        tax_reason_code=edition.tax_reason_code,
    )


def evolve(state: Invoice | None, event: Event) -> Invoice:
    """Return the invoice after `event`."""
    if isinstance(event, InvoiceIssued):
        return Invoice(
            invoice_id=event.invoice_id,
            state=InvoiceState.ISSUED,
            account_id=event.account_id,
            plan_id=event.plan_id,
            course_id=event.course_id,
            patient_id=event.patient_id,
            clinic_id=event.clinic_id,
            lines=event.lines,
            total=event.total,
            issued_at=event.issued_at,
            paid_at=None,
        )
    assert state is not None, "an invoice is issued before anything else"
    match event:
        case InvoicePaid():
            return replace(state, state=InvoiceState.PAID, paid_at=event.paid_at)
        case InvoiceSuspended():
            return replace(state, state=InvoiceState.SUSPENDED)
        case InvoiceResumed():
            return replace(state, state=InvoiceState.ISSUED)
        case InvoiceMoved():
            return replace(state, clinic_id=event.clinic_id)
        case InvoiceVoided():
            return replace(state, state=InvoiceState.VOIDED, voided_at=event.voided_at)


DECIDER: Decider[Invoice, Command, Event, Terms] = Decider(decide, evolve)
