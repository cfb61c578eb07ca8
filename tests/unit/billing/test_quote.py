"""A quote comes from the chain's list alone, and lapses unless the plan is accepted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.money import minor_units
from services.billing.domain.price_list.commands import PublishPriceList
from services.billing.domain.price_list.decider import DECIDER as PRICES
from services.billing.domain.price_list.errors import PriceListNotFound, PriceMissing
from services.billing.domain.price_list.model import PriceList
from services.billing.domain.quote.commands import ExpireQuote, IssueQuote
from services.billing.domain.quote.decider import DECIDER, Surroundings, project
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.events import QuoteExpired, QuoteIssued
from services.chassis.kernel import Timer
from tests.support.spec import Spec
from tests.unit.billing.examples import (
    AT,
    CLINIC,
    OTHER_CLINIC,
    PATIENT,
    PLAN,
    PRICE_LIST,
    QUOTE,
    euro,
    publish,
    session_price,
)

billing = Spec(DECIDER)
PROPOSED = AT + timedelta(days=1)


def prices(command: PublishPriceList | None = None) -> Surroundings:
    (event,) = PRICES.decide(command or publish(), None, None)
    return Surroundings(PRICES.evolve(None, event))


def issue(sessions: int = 3, clinic_id: str = CLINIC, at: datetime = PROPOSED) -> IssueQuote:
    return IssueQuote(QUOTE, PLAN, PATIENT, clinic_id, sessions, PRICE_LIST, at)


def issued() -> QuoteIssued:
    (event,) = billing.when(issue(), prices())
    assert isinstance(event, QuoteIssued)
    return event


def test_a_plan_is_priced_on_the_terms_of_the_list() -> None:
    assert issued() == QuoteIssued(
        quote_id=QUOTE,
        plan_id=PLAN,
        patient_id=PATIENT,
        clinic_id=CLINIC,
        sessions=3,
        unit_price=euro(10_000),
        net=euro(30_000),
        tax=euro(6_000),
        total=euro(36_000),
        deposit=euro(9_000),
        price_list_id=PRICE_LIST,
        price_list_version="1",
        issued_at=PROPOSED,
        valid_until=PROPOSED + timedelta(days=14),
    )


def test_the_quote_has_its_end_as_a_timer() -> None:
    (timer,) = project(issued())
    assert isinstance(timer, Timer)
    assert timer.due_at == issued().valid_until


def test_a_plan_is_quoted_once() -> None:
    assert billing.given(issued()).when(issue(), prices()) == []


@pytest.mark.parametrize(
    ("surroundings", "clinic_id", "refusal"),
    [
        (Surroundings(), CLINIC, PriceListNotFound),
        (
            prices(publish(effective_from=PROPOSED.date() + timedelta(1))),
            CLINIC,
            PriceListNotFound,
        ),
        (prices(publish(session_price(1, CLINIC))), OTHER_CLINIC, PriceMissing),
    ],
)
def test_without_a_price_in_force_the_plan_waits(
    surroundings: Surroundings, clinic_id: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        billing.when(issue(clinic_id=clinic_id), surroundings)


def test_a_plan_that_waited_is_priced_when_the_list_comes() -> None:
    late = PROPOSED + timedelta(days=30)
    (event,) = billing.when(issue(), prices(publish(effective_from=late.date(), at=late)))
    assert isinstance(event, QuoteIssued)
    assert (event.issued_at, event.valid_until) == (late, late + timedelta(days=14))


def test_a_quote_lapses() -> None:
    quote = issued()
    command = ExpireQuote(QUOTE, quote.valid_until)
    expired = QuoteExpired(QUOTE, PLAN, PATIENT, quote.valid_until)
    assert billing.given(quote).when(command, Surroundings()) == [expired]
    assert billing.given(quote, expired).when(command, Surroundings()) == []


def test_a_quote_does_not_lapse_early_nor_once_accepted() -> None:
    quote = issued()
    early = ExpireQuote(QUOTE, quote.valid_until - timedelta(seconds=1))
    due = ExpireQuote(QUOTE, quote.valid_until)
    assert billing.given(quote).when(early, Surroundings()) == []
    assert billing.given(quote).when(due, Surroundings(plan_accepted=True)) == []


def test_an_unknown_quote_does_not_lapse() -> None:
    with pytest.raises(QuoteNotFound):
        billing.when(ExpireQuote(QUOTE, AT), Surroundings())


@given(st.integers(0, 10**7), st.integers(1, 40), st.integers(0, 10_000), st.integers(0, 10_000))
def test_the_total_is_net_and_tax_and_the_deposit_is_part_of_it(
    unit: int, sessions: int, tax_basis_points: int, deposit_basis_points: int
) -> None:
    command = replace(
        publish(session_price(unit)),
        tax_basis_points=tax_basis_points,
        deposit_basis_points=deposit_basis_points,
    )
    (event,) = billing.when(issue(sessions), prices(command))
    assert isinstance(event, QuoteIssued)
    net, tax, total = minor_units(event.net), minor_units(event.tax), minor_units(event.total)
    assert net == sessions * minor_units(event.unit_price)
    assert total == net + tax
    assert 0 <= minor_units(event.deposit) <= total
    assert abs(tax * 10_000 - net * tax_basis_points) <= 5_000


def test_the_list_in_force_is_asked_of_one_list() -> None:
    assert isinstance(prices().price_list, PriceList)
