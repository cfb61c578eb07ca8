"""A price list rises by versions; the one in force is found by its day."""

from datetime import date, timedelta

import pytest

from services.billing.domain.errors import CurrencyDiffers, RequestInvalid
from services.billing.domain.money import Money
from services.billing.domain.price_list.decider import DECIDER, project
from services.billing.domain.price_list.errors import PriceMissing
from services.billing.domain.price_list.events import PriceListPublished
from services.billing.domain.price_list.model import BillableItem, PriceList, PriceListItem
from services.chassis.kernel import Put
from tests.support.spec import Spec
from tests.unit.billing.examples import (
    CLINIC,
    OTHER_CLINIC,
    TODAY,
    euro,
    publish,
    session_price,
)

billing = Spec(DECIDER)


def published(*days: date) -> PriceList:
    """Return the list after publications that take effect on `days`, all published today."""
    history: list[PriceListPublished] = []
    for day in days:
        history += billing.given(*history).when(publish(effective_from=day), None)
    state = billing.given(*history).state
    assert state is not None
    return state


def version_on(price_list: PriceList, day: date) -> str | None:
    found = price_list.in_force(day)
    return found.version if found is not None else None


def test_each_publication_is_the_next_version() -> None:
    assert [each.version for each in published(TODAY, TODAY, TODAY).editions] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("days_from_now", "version"), [(-1, None), (0, "1"), (9, "1"), (10, "3"), (19, "3"), (20, "2")]
)
def test_the_last_to_take_effect_holds(days_from_now: int, version: str | None) -> None:
    price_list = published(TODAY, TODAY + timedelta(20), TODAY + timedelta(10))
    assert version_on(price_list, TODAY + timedelta(days_from_now)) == version


def test_of_two_for_one_day_the_later_published_holds() -> None:
    assert version_on(published(TODAY, TODAY), TODAY) == "2"


def test_what_can_never_hold_again_keeps_its_terms_and_not_its_items() -> None:
    past, now, future = published(TODAY - timedelta(5), TODAY, TODAY + timedelta(5)).editions
    assert not past.items
    assert past.tax_reason_code == "STANDARD_RATE"
    assert now.items
    assert future.items


def test_every_version_stays_whole_as_a_fact() -> None:
    (event,) = billing.when(publish(), None)
    (fact,) = project(event)
    assert isinstance(fact, Put)
    assert (fact.table, fact.row["version"]) == ("price_list_editions", 1)


def test_a_clinics_own_price_wins() -> None:
    command = publish(session_price(10_000), session_price(9_000, CLINIC))
    edition = DECIDER.evolve(None, billing.when(command, None)[0]).editions[0]
    assert edition.unit_price(BillableItem.SESSION, CLINIC) == euro(9_000)
    assert edition.unit_price(BillableItem.SESSION, OTHER_CLINIC) == euro(10_000)


def test_no_price_is_invented() -> None:
    command = publish(session_price(9_000, CLINIC))
    edition = DECIDER.evolve(None, billing.when(command, None)[0]).editions[0]
    for item, clinic in [
        (BillableItem.SESSION, OTHER_CLINIC),
        (BillableItem.CONSULTATION, CLINIC),
    ]:
        with pytest.raises(PriceMissing):
            edition.unit_price(item, clinic)


def test_prices_are_in_the_lists_currency() -> None:
    other = PriceListItem(BillableItem.SESSION, None, Money("GBP", 1, 0))
    with pytest.raises(CurrencyDiffers):
        billing.when(publish(other), None)


def test_a_thing_has_one_price() -> None:
    with pytest.raises(RequestInvalid):
        billing.when(publish(session_price(1), session_price(2)), None)


def test_a_price_must_be_payable() -> None:
    crumbs = PriceListItem(BillableItem.SESSION, None, Money("EUR", 1, 1))
    with pytest.raises(RequestInvalid):
        billing.when(publish(crumbs), None)
