"""What a command is told of other rows before it is decided."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from services.billing.domain.account.commands import OpenAccount
from services.billing.domain.account.decider import DECIDER as ACCOUNTS
from services.billing.domain.account.model import Account
from services.billing.domain.person.model import Person, person_id_of
from services.billing.domain.price_list.decider import DECIDER as PRICES
from services.billing.domain.quote.commands import ExpireQuote, IssueQuote
from services.billing.domain.quote.decider import Surroundings
from services.billing.domain.quote.model import Quote
from services.billing.handlers.account import gather_quote
from services.billing.handlers.quote import gather_acceptance, gather_prices
from services.chassis.handling import Aggregate, Reader
from tests.unit.billing.examples import (
    ACCOUNT,
    AT,
    CLINIC,
    PATIENT,
    PLAN,
    PRICE_LIST,
    QUOTE,
    opened,
    publish,
    quote,
)

LIST = PRICES.evolve(None, PRICES.decide(publish(), None, None)[0])
ISSUE = IssueQuote("second", PLAN, PATIENT, CLINIC, 3, 3, 3, PRICE_LIST, AT)


class Rows:
    """A reader of a few rows, by id."""

    chain_id = "chain"

    def __init__(self, **rows: object) -> None:
        self.rows = rows

    async def get(self, aggregate: Aggregate[Any, Any, Any, Any], key: str) -> object:
        return self.rows.get(key.replace("-", "_"))


def reader(**rows: object) -> Reader:
    return cast(Reader, Rows(**rows))


def account() -> Account:
    return ACCOUNTS.evolve(None, opened())


@pytest.mark.parametrize(("amends", "amended"), [(None, None), (QUOTE, quote())])
def test_a_quote_is_told_of_its_list_and_of_the_one_it_amends(
    amends: str | None, amended: Quote | None
) -> None:
    command = replace(ISSUE, amends_quote_id=amends)
    told = asyncio.run(gather_prices(command, None, reader(price_list=LIST, quote=quote())))
    assert told == Surroundings(LIST, amended, PATIENT)


def test_a_quote_is_told_whose_it_is_by_now() -> None:
    merged = {person_id_of(PATIENT).replace("-", "_"): Person("person", PATIENT, "into", None)}
    told = asyncio.run(gather_prices(ISSUE, None, reader(price_list=LIST, **merged)))
    assert told.patient_id == "into"


def test_a_quote_that_is_issued_needs_to_know_nothing() -> None:
    assert asyncio.run(gather_prices(ISSUE, quote(), reader())) == Surroundings()


@pytest.mark.parametrize(("quote_id", "accepted"), [(QUOTE, True), ("second", False)])
def test_a_quote_is_accepted_where_the_account_stands_on_it(quote_id: str, accepted: bool) -> None:
    state = replace(quote(), quote_id=quote_id)
    rows = reader(**{ACCOUNT.replace("-", "_"): account()})
    told = asyncio.run(gather_acceptance(ExpireQuote(quote_id, AT), state, rows))
    assert told.accepted is accepted


def test_an_account_asks_for_a_quote_that_it_does_not_stand_on() -> None:
    first = OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, QUOTE, AT)
    rows = reader(quote=quote(), second=replace(quote(), quote_id="second"))
    assert asyncio.run(gather_quote(first, None, rows)) == quote()
    assert asyncio.run(gather_quote(first, account(), rows)) is None
    second = replace(first, quote_id="second")
    found = asyncio.run(gather_quote(second, account(), rows))
    assert found is not None
    assert found.quote_id == "second"
