"""What a command is told of other rows before it is decided."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest

from services.billing.domain.account.commands import OpenAccount
from services.billing.domain.account.decider import DECIDER as ACCOUNTS
from services.billing.domain.account.events import AccountClosed, AccountSuspended
from services.billing.domain.account.model import Account, AccountState
from services.billing.domain.account.sale import Sold
from services.billing.domain.invoice.commands import IssueInvoice, SettleInvoice
from services.billing.domain.invoice.decider import Terms
from services.billing.domain.person.model import Person, person_id_of
from services.billing.domain.price_list.decider import DECIDER as PRICES
from services.billing.domain.quote.commands import ExpireQuote, IssueQuote
from services.billing.domain.quote.decider import Surroundings
from services.billing.domain.quote.model import Quote, QuoteState
from services.billing.domain.withdrawal.commands import FollowPlanWithdrawal
from services.billing.domain.withdrawal.model import Withdrawal, withdrawal_id_of
from services.billing.handlers.account import gather_sold
from services.billing.handlers.invoice import gather_deposit
from services.billing.handlers.invoice import gather_quote as gather_terms
from services.billing.handlers.quote import gather_acceptance, gather_open, gather_prices
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

    async def find(
        self, aggregate: Aggregate[Any, Any, Any, Any], column: str, value: str
    ) -> list[object]:
        return [row for row in self.rows.values() if getattr(row, column, None) == value]

    async def get(self, aggregate: Aggregate[Any, Any, Any, Any], key: str) -> object:
        return self.rows.get(key.replace("-", "_"))


def reader(**rows: object) -> Reader:
    return cast(Reader, Rows(**rows))


def rows_of(**rows: object) -> Reader:
    """Return a reader of the account and the withdrawal of the plan, beside `rows`."""
    derived = {ACCOUNT: "account", withdrawal_id_of(PLAN): "withdrawal"}
    named = {name: each for name, each in rows.items() if name not in derived.values()}
    ids = {key.replace("-", "_"): rows[name] for key, name in derived.items() if name in rows}
    return reader(**named, **ids)


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
    assert asyncio.run(gather_sold(first, None, rows)) == Sold(quote())
    assert asyncio.run(gather_sold(first, account(), rows)) == Sold()
    second = replace(first, quote_id="second")
    found = asyncio.run(gather_sold(second, account(), rows))
    assert found.quote is not None
    assert found.quote.quote_id == "second"


CONSENT = Withdrawal("withdrawal", PLAN, AT, None)
OVER = Withdrawal("withdrawal", PLAN, None, AT)


@pytest.mark.parametrize(
    ("withdrawal", "sold"),
    [
        (None, Sold(quote())),
        (CONSENT, Sold(quote(), consent_withdrawn_at=AT)),
        (OVER, Sold(quote(), plan_withdrawn=True)),
    ],
)
def test_an_account_is_told_what_was_withdrawn_of_its_plan(
    withdrawal: Withdrawal | None, sold: Sold
) -> None:
    command = OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, QUOTE, AT)
    rows = rows_of(withdrawal=withdrawal, quote=quote())
    assert asyncio.run(gather_sold(command, None, rows)) == sold
    again = asyncio.run(gather_sold(command, account(), rows))
    assert again == replace(sold, quote=None)


def test_a_quote_is_told_that_its_plan_is_over() -> None:
    rows = rows_of(withdrawal=OVER, price_list=LIST)
    assert asyncio.run(gather_prices(ISSUE, None, rows)) == Surroundings(plan_withdrawn=True)
    rows = rows_of(withdrawal=CONSENT, price_list=LIST)
    assert asyncio.run(gather_prices(ISSUE, None, rows)) == Surroundings(LIST, None, PATIENT)


def test_the_quotes_that_end_with_a_plan_are_those_that_stand() -> None:
    rows = reader(
        first=quote(),
        second=replace(quote(), quote_id="second"),
        third=replace(quote(), quote_id="third", state=QuoteState.EXPIRED),
        fourth=replace(quote(), quote_id="fourth", plan_id="another"),
    )
    found = asyncio.run(gather_open(FollowPlanWithdrawal("withdrawal", PLAN, AT), None, rows))
    assert found == (QUOTE, "second")


SUSPENDED = ACCOUNTS.evolve(account(), AccountSuspended(ACCOUNT, PLAN, PATIENT, AT))
CLOSED = ACCOUNTS.evolve(account(), AccountClosed(ACCOUNT, PLAN, PATIENT, AT))


@pytest.mark.parametrize(
    ("kept", "stands"),
    [
        (None, None),
        (account(), AccountState.OPEN),
        (SUSPENDED, AccountState.SUSPENDED),
        (CLOSED, AccountState.CLOSED),
    ],
)
def test_an_invoice_is_told_where_the_account_stands(
    kept: Account | None, stands: AccountState | None
) -> None:
    command = IssueInvoice("invoice", ACCOUNT, PLAN, "course", PATIENT, CLINIC, QUOTE, AT)
    told = asyncio.run(gather_terms(command, None, rows_of(account=kept, price_list=LIST)))
    where = None if kept is None else CLINIC
    assert told == Terms(account_state=stands, clinic_id=where)


@pytest.mark.parametrize(("kept", "due"), [(account(), True), (SUSPENDED, True), (CLOSED, False)])
def test_no_invoice_is_waited_for_where_the_account_is_closed(kept: Account, due: bool) -> None:
    command = SettleInvoice("invoice", ACCOUNT, AT)
    told = asyncio.run(gather_deposit(command, None, rows_of(account=kept)))
    assert told.deposit_due is due
