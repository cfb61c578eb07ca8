"""A quote comes from the chain's list alone, and lapses unless the plan is accepted."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.errors import CurrencyDiffers
from services.billing.domain.money import Money, minor_units
from services.billing.domain.price_list.commands import PublishPriceList
from services.billing.domain.price_list.decider import DECIDER as PRICES
from services.billing.domain.price_list.errors import PriceListNotFound, PriceMissing
from services.billing.domain.price_list.model import PriceList
from services.billing.domain.quote.commands import ExpireQuote, IssueQuote, WithdrawQuote
from services.billing.domain.quote.decider import DECIDER, Surroundings, project
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.events import QuoteExpired, QuoteIssued, QuoteWithdrawn
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
    months = (sessions, sessions + 2)
    return IssueQuote(QUOTE, PLAN, PATIENT, clinic_id, sessions, *months, PRICE_LIST, at)


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
        total_12_months=euro(36_000),
        total_24_months=euro(60_000),
        prepaid=None,
        amends_quote_id=None,
    )


def test_a_quote_that_was_told_of_no_months_states_no_cost_of_them() -> None:
    (event,) = billing.when(replace(issue(), sessions_12_months=0), prices())
    assert isinstance(event, QuoteIssued)
    assert (event.total_12_months, event.total_24_months) == (None, euro(60_000))


def test_a_merged_patient_is_quoted_under_the_record_that_is_left() -> None:
    (event,) = billing.when(issue(), replace(prices(), patient_id="survivor"))
    assert isinstance(event, QuoteIssued)
    assert event.patient_id == "survivor"


def dearer() -> Surroundings:
    """The list as it is after a second publication, at another price and on other terms."""
    (first,) = PRICES.decide(publish(), None, None)
    state = PRICES.evolve(None, first)
    later = replace(
        publish(session_price(50_000), at=PROPOSED),
        tax_basis_points=0,
        deposit_basis_points=0,
        quote_valid_days=1,
    )
    (second,) = PRICES.decide(later, state, None)
    return Surroundings(PRICES.evolve(state, second), DECIDER.evolve(None, issued()))


def test_an_amendment_is_priced_as_the_quote_it_replaces() -> None:
    at = PROPOSED + timedelta(days=60)
    command = replace(issue(4, OTHER_CLINIC, at), quote_id="second", amends_quote_id=QUOTE)
    (event,) = billing.when(command, dearer())
    assert isinstance(event, QuoteIssued)
    assert (event.unit_price, event.price_list_version) == (euro(10_000), "1")
    assert (event.net, event.tax, event.deposit) == (euro(40_000), euro(8_000), euro(12_000))
    assert (event.total_12_months, event.total_24_months) == (euro(48_000), euro(72_000))
    assert (event.amends_quote_id, event.valid_until) == (QUOTE, at + timedelta(days=14))


def test_a_new_plan_is_priced_by_the_list_as_it_is() -> None:
    (event,) = billing.when(replace(issue(), quote_id="second"), dearer())
    assert isinstance(event, QuoteIssued)
    assert (event.unit_price, event.price_list_version) == (euro(50_000), "2")


def test_an_amendment_waits_for_the_quote_it_replaces() -> None:
    with pytest.raises(QuoteNotFound):
        billing.when(replace(issue(), amends_quote_id="first"), prices())


# fmt: off
IMPORTED = [
    # sessions left, of them prepaid, what was paid; net, tax, total of the quote
    (3, 2, 20_000, (26_667, 5_333, 32_000)),
    (3, 5, 20_000, (16_667, 3_333, 20_000)),
    (3, 0, None,   (30_000, 6_000, 36_000)),
    (3, 1, 0,      (20_000, 4_000, 24_000)),
]
# fmt: on


@pytest.mark.parametrize(("sessions", "prepaid_sessions", "prepaid", "amounts"), IMPORTED)
def test_a_half_used_course_costs_what_is_unpaid_and_what_was_paid(
    sessions: int, prepaid_sessions: int, prepaid: int | None, amounts: tuple[int, int, int]
) -> None:
    paid = None if prepaid is None else euro(prepaid)
    command = replace(issue(sessions), prepaid_sessions=prepaid_sessions, prepaid=paid)
    (event,) = billing.when(command, prices())
    assert isinstance(event, QuoteIssued)
    assert (event.net, event.tax, event.total) == tuple(map(euro, amounts))
    assert (event.prepaid, event.total_12_months) == (paid, event.total)


def test_money_of_another_currency_is_not_carried_over() -> None:
    command = replace(issue(), prepaid_sessions=1, prepaid=Money("GBP", 1, 0))
    with pytest.raises(CurrencyDiffers):
        billing.when(command, prices())


@given(st.integers(1, 30_000), st.integers(1, 12), st.integers(0, 12), st.integers(0, 200_000))
def test_an_amendment_of_nothing_costs_the_same(
    unit: int, sessions: int, prepaid_sessions: int, prepaid: int
) -> None:
    terms = prices(publish(session_price(unit)))
    command = replace(issue(sessions), prepaid_sessions=prepaid_sessions, prepaid=euro(prepaid))
    (first,) = billing.when(command, terms)
    again = replace(issue(sessions), quote_id="second", amends_quote_id=QUOTE)
    (second,) = billing.when(again, replace(terms, amended=DECIDER.evolve(None, first)))
    assert isinstance(first, QuoteIssued)
    assert isinstance(second, QuoteIssued)
    assert replace(second, quote_id=QUOTE, amends_quote_id=None, issued_at=first.issued_at) == (
        replace(
            first,
            total_12_months=second.total_12_months,
            total_24_months=second.total_24_months,
        )
    )
    assert second.total_12_months == first.total_12_months


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
    assert billing.given(quote).when(due, Surroundings(accepted=True)) == []


def test_a_quote_ends_with_its_plan_unless_that_was_accepted_on_it() -> None:
    quote, command = issued(), WithdrawQuote(QUOTE, PROPOSED)
    withdrawn = QuoteWithdrawn(QUOTE, PLAN, PATIENT, PROPOSED)
    expired = QuoteExpired(QUOTE, PLAN, PATIENT, quote.valid_until)
    assert billing.given(quote).when(command, Surroundings()) == [withdrawn]
    assert billing.given(quote).when(command, Surroundings(accepted=True)) == []
    assert billing.given(quote, withdrawn).when(command, Surroundings()) == []
    assert billing.given(quote, expired).when(command, Surroundings()) == []
    due = ExpireQuote(QUOTE, quote.valid_until)
    assert billing.given(quote, withdrawn).when(due, Surroundings()) == []
    with pytest.raises(QuoteNotFound):
        billing.when(command, Surroundings())


def test_a_plan_that_is_over_is_not_priced() -> None:
    assert billing.when(issue(), Surroundings(plan_withdrawn=True)) == []


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
