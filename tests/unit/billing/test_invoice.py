"""An invoice asks for the deposit once, and is paid when the deposit is."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from services.billing.domain.invoice.decider import DECIDER, Terms
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
from services.billing.domain.invoice.model import InvoiceState
from services.billing.domain.money import minor_units, share_of
from services.billing.domain.price_list.decider import DECIDER as PRICES
from services.billing.domain.price_list.decider import edition_of
from services.billing.domain.price_list.errors import PriceListNotFound
from services.billing.domain.price_list.model import BillableItem
from services.billing.domain.quote.errors import QuoteNotFound
from tests.support.spec import Spec
from tests.unit.billing.examples import (
    ACCOUNT,
    AT,
    CLINIC,
    INVOICE,
    OTHER_CLINIC,
    PATIENT,
    PLAN,
    QUOTE,
    euro,
    publish,
    quote,
)

billing = Spec(DECIDER)
EDITION = edition_of(PRICES.decide(publish(), None, None)[0])
ISSUE = IssueInvoice(INVOICE, ACCOUNT, PLAN, "course", PATIENT, CLINIC, QUOTE, AT)
SETTLE = SettleInvoice(INVOICE, ACCOUNT, AT)


WHOSE = (INVOICE, ACCOUNT, PATIENT)
PAID = InvoicePaid(INVOICE, ACCOUNT, "payment", PATIENT, AT)
SUSPENDED, RESUMED = InvoiceSuspended(*WHOSE, AT), InvoiceResumed(*WHOSE, AT)
VOIDED = InvoiceVoided(*WHOSE, AT)
SUSPEND, RESUME, VOID = (
    command(INVOICE, AT) for command in (SuspendInvoice, ResumeInvoice, VoidInvoice)
)


def issued() -> InvoiceIssued:
    (event,) = billing.when(ISSUE, Terms(quote(), EDITION))
    assert isinstance(event, InvoiceIssued)
    return event


def test_a_course_asks_for_its_deposit_with_the_tax_and_its_reason() -> None:
    (line,) = issued().lines
    assert issued().total == line.total == euro(9_000)
    assert (line.item, line.net, line.tax) == (BillableItem.DEPOSIT, euro(7_500), euro(1_500))
    assert (line.tax_basis_points, line.tax_reason_code) == (2_000, "STANDARD_RATE")


def test_it_asks_once() -> None:
    assert billing.given(issued()).when(ISSUE, Terms()) == []


def test_no_deposit_no_invoice() -> None:
    assert billing.when(ISSUE, Terms(quote(deposit=0), EDITION)) == []


@pytest.mark.parametrize(
    ("prepaid", "asked"), [(0, [9_000]), (4_000, [5_000]), (9_000, []), (20_000, [])]
)
def test_what_another_system_was_paid_is_not_asked_again(prepaid: int, asked: list[int]) -> None:
    events = billing.when(ISSUE, Terms(replace(quote(), prepaid=euro(prepaid)), EDITION))
    totals = [event.total for event in events if isinstance(event, InvoiceIssued)]
    assert totals == [euro(minor) for minor in asked]


def test_it_asks_the_patient_that_the_quote_follows() -> None:
    (event,) = billing.when(ISSUE, Terms(replace(quote(), patient_id="survivor"), EDITION))
    assert isinstance(event, InvoiceIssued)
    assert event.patient_id == "survivor"


@pytest.mark.parametrize(
    ("terms", "refusal"), [(Terms(), QuoteNotFound), (Terms(quote()), PriceListNotFound)]
)
def test_what_it_rests_on_is_waited_for(terms: Terms, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        billing.when(ISSUE, terms)


def test_it_is_paid_once_the_deposit_is() -> None:
    paid = InvoicePaid(INVOICE, ACCOUNT, "payment", PATIENT, AT)
    assert billing.given(issued()).when(SETTLE, Terms()) == []
    assert billing.given(issued()).when(SETTLE, Terms(deposit_payment_id="payment")) == [paid]
    assert billing.given(issued(), paid).when(SETTLE, Terms(deposit_payment_id="payment")) == []


# fmt: off
STOPS: list[tuple[Sequence[Event], Command, Sequence[Event]]] = [
    # what happened since it was issued, the command, what it leads to
    ([],                   SUSPEND, [SUSPENDED]),
    ([SUSPENDED],          SUSPEND, []),
    ([PAID],               SUSPEND, []),
    ([VOIDED],             SUSPEND, []),
    ([],                   RESUME,  []),
    ([SUSPENDED],          RESUME,  [RESUMED]),
    ([SUSPENDED, RESUMED], SUSPEND, [SUSPENDED]),
    ([PAID],               RESUME,  []),
    ([VOIDED],             RESUME,  []),
    ([],                   VOID,    [VOIDED]),
    ([SUSPENDED],          VOID,    [VOIDED]),
    ([VOIDED],             VOID,    []),
    # What was paid stays so: it is the account that says what of it is refundable.
    ([PAID],               VOID,    []),
    # A deposit that was paid before the account stopped, and is told of late.
    ([SUSPENDED],          SETTLE,  [PAID]),
    ([VOIDED],             SETTLE,  []),
]
# fmt: on


@pytest.mark.parametrize(("since", "command", "then"), STOPS)
def test_an_unpaid_invoice_stops_with_its_account(
    since: Sequence[Event], command: Command, then: Sequence[Event]
) -> None:
    terms = Terms(deposit_payment_id="payment")
    assert billing.given(issued(), *since).when(command, terms) == then


@pytest.mark.parametrize("command", [SUSPEND, RESUME, VOID])
def test_where_nothing_was_asked_nothing_stops(command: Command) -> None:
    assert billing.when(command, Terms()) == []


@pytest.mark.parametrize(
    ("account_state", "then"),
    [
        (None, [InvoiceIssued]),
        (AccountState.OPEN, [InvoiceIssued]),
        (AccountState.SUSPENDED, [InvoiceIssued, InvoiceSuspended]),
        (AccountState.CLOSED, []),
    ],
)
def test_a_course_that_is_told_late_asks_as_the_account_stands(
    account_state: AccountState | None, then: list[type[Event]]
) -> None:
    events = billing.when(ISSUE, Terms(quote(), EDITION, account_state=account_state))
    assert [type(event) for event in events] == then


@pytest.mark.parametrize("since", [[], [PAID], [SUSPENDED], [VOIDED]])
def test_an_invoice_follows_its_account_to_another_clinic(since: list[Event]) -> None:
    move = MoveInvoice(INVOICE, OTHER_CLINIC, AT)
    moved = InvoiceMoved(INVOICE, ACCOUNT, OTHER_CLINIC, AT)
    lived = billing.given(issued(), *since)
    assert lived.when(move, Terms()) == [moved]
    after = billing.given(issued(), *since, moved)
    assert after.when(move, Terms()) == []
    assert lived.state is not None
    assert after.state == replace(lived.state, clinic_id=OTHER_CLINIC)
    assert billing.when(move, Terms()) == []


def test_a_course_that_is_told_late_is_asked_for_where_its_account_is() -> None:
    terms = Terms(quote(), EDITION, clinic_id=OTHER_CLINIC)
    (event,) = billing.when(ISSUE, terms)
    assert event == replace(issued(), clinic_id=OTHER_CLINIC)


def test_an_invoice_shows_when_it_was_voided() -> None:
    invoice = billing.given(issued(), VOIDED).state
    assert invoice is not None
    assert (invoice.state, invoice.voided_at, invoice.paid_at) == (InvoiceState.VOIDED, AT, None)


def test_a_payment_may_be_ahead_of_the_invoice() -> None:
    with pytest.raises(InvoiceNotFound):
        billing.when(SETTLE, Terms(deposit_payment_id="payment"))


def test_a_payment_where_no_deposit_was_asked_settles_nothing() -> None:
    assert billing.when(SETTLE, Terms(deposit_due=False)) == []


@given(st.integers(0, 10**9), st.integers(0, 10**8), st.integers(0, 10_000))
def test_a_deposits_net_and_tax_add_up_to_it(net: int, tax: int, basis_points: int) -> None:
    deposit = share_of(net + tax, basis_points)
    sold = replace(quote(), net=euro(net), tax=euro(tax), deposit=euro(deposit))
    for event in billing.when(ISSUE, Terms(sold, EDITION)):
        assert isinstance(event, InvoiceIssued)
        (line,) = event.lines
        assert minor_units(line.net) + minor_units(line.tax) == deposit
        assert 0 <= minor_units(line.tax) <= deposit
