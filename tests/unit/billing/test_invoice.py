"""An invoice asks for the deposit once, and is paid when the deposit is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.invoice.commands import IssueInvoice, SettleInvoice
from services.billing.domain.invoice.decider import DECIDER, Terms
from services.billing.domain.invoice.errors import InvoiceNotFound
from services.billing.domain.invoice.events import InvoiceIssued, InvoicePaid
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
