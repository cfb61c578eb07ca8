"""Every event comes back from its bytes as it went, and every state from its json."""

import pytest

from mesoflow.billing.v1 import model_pb2
from services.billing.domain.account.decider import DECIDER as ACCOUNTS
from services.billing.domain.account.events import (
    AccountAmended,
    AccountClosed,
    AccountMoved,
    AccountResumed,
    AccountSuspended,
    CreditReserved,
    CreditVoided,
    CreditWithheld,
    PaymentReceived,
)
from services.billing.domain.account.model import Account
from services.billing.domain.account.statement import statement
from services.billing.domain.invoice.commands import IssueInvoice
from services.billing.domain.invoice.decider import DECIDER as INVOICES
from services.billing.domain.invoice.decider import Terms
from services.billing.domain.invoice.events import (
    InvoiceMoved,
    InvoicePaid,
    InvoiceResumed,
    InvoiceSuspended,
    InvoiceVoided,
)
from services.billing.domain.invoice.model import Invoice
from services.billing.domain.person.decider import DECIDER as PERSONS
from services.billing.domain.person.events import (
    MergeFollowed,
    PatientForgotten,
    RecordRepointed,
)
from services.billing.domain.person.model import Person
from services.billing.domain.price_list.decider import DECIDER as PRICES
from services.billing.domain.price_list.decider import edition_of
from services.billing.domain.price_list.model import PriceList
from services.billing.domain.quote.commands import IssueQuote
from services.billing.domain.quote.decider import DECIDER as QUOTES
from services.billing.domain.quote.decider import Surroundings
from services.billing.domain.quote.events import QuoteExpired, QuoteWithdrawn
from services.billing.domain.quote.model import Quote
from services.billing.domain.withdrawal.decider import DECIDER as WITHDRAWALS
from services.billing.domain.withdrawal.events import (
    ConsentWithdrawalFollowed,
    PlanWithdrawalFollowed,
)
from services.billing.domain.withdrawal.model import Withdrawal
from services.billing.events.published import CONTRACT
from services.chassis.mapping import to_reply
from services.chassis.postgres.codec import from_jsonb, to_jsonb
from tests.support.spec import Spec
from tests.unit.billing.examples import (
    ACCOUNT,
    AT,
    CLINIC,
    CREDITS_GRANTED,
    DEPOSIT_PAID,
    INVOICE,
    PATIENT,
    PLAN,
    PRICE_LIST,
    QUOTE,
    euro,
    opened,
    publish,
    quote,
    received,
    session_price,
)
from tests.unit.billing.test_account import EARNED, POSTED

PUBLISHED = PRICES.decide(publish(session_price(1, CLINIC), session_price(2)), None, None)[0]
PRICE_LIST_STATE = PRICES.evolve(None, PUBLISHED)
QUOTED = QUOTES.decide(
    IssueQuote(QUOTE, PLAN, PATIENT, CLINIC, 3, 3, 3, PRICE_LIST, AT),
    None,
    Surroundings(PRICE_LIST_STATE),
)[0]
INVOICED = INVOICES.decide(
    IssueInvoice(INVOICE, ACCOUNT, PLAN, "course", PATIENT, CLINIC, QUOTE, AT),
    None,
    Terms(quote(), edition_of(PUBLISHED)),
)[0]
PAID: PaymentReceived = received(9_000, "payment", INVOICE)
CLOSED = AccountClosed(ACCOUNT, PLAN, PATIENT, AT)
VOIDED = InvoiceVoided(INVOICE, ACCOUNT, PATIENT, AT)
FOLLOWED = PlanWithdrawalFollowed("withdrawal", PLAN, (QUOTE,), AT)
EVENTS = [
    PUBLISHED,
    QUOTED,
    QuoteExpired(QUOTE, PLAN, PATIENT, AT),
    QuoteWithdrawn(QUOTE, PLAN, PATIENT, AT),
    CLOSED,
    AccountSuspended(ACCOUNT, PLAN, PATIENT, AT),
    AccountResumed(ACCOUNT, PLAN, PATIENT, AT),
    CreditWithheld(ACCOUNT, "s1", PATIENT, AT),
    InvoiceSuspended(INVOICE, ACCOUNT, PATIENT, AT),
    InvoiceResumed(INVOICE, ACCOUNT, PATIENT, AT),
    VOIDED,
    InvoiceMoved(INVOICE, ACCOUNT, CLINIC, AT),
    ConsentWithdrawalFollowed("withdrawal", PLAN, AT),
    FOLLOWED,
    opened(),
    PAID,
    received(1),
    DEPOSIT_PAID,
    CREDITS_GRANTED,
    CreditReserved(ACCOUNT, "s1", PATIENT, AT),
    CreditVoided(ACCOUNT, "s1", PATIENT, AT),
    POSTED,
    EARNED,
    INVOICED,
    InvoicePaid(INVOICE, ACCOUNT, "payment", PATIENT, AT),
    AccountAmended(ACCOUNT, PLAN, PATIENT, QUOTE, 4, euro(8_000), euro(0), euro(8_000), AT),
    AccountMoved(ACCOUNT, PLAN, CLINIC, AT),
    MergeFollowed("person", PATIENT, "other", (QUOTE,), (ACCOUNT,), (INVOICE,), AT),
    PatientForgotten("person", PATIENT, AT),
    RecordRepointed(ACCOUNT, "other", PATIENT, AT),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_from_its_bytes(event: object) -> None:
    assert CONTRACT.decode(*CONTRACT.encode(event)) == event


def test_every_published_event_was_tried() -> None:
    assert {type(event) for event in EVENTS} == set(CONTRACT.types)


def account() -> Account:
    state = Spec(ACCOUNTS).given(opened(), PAID, DEPOSIT_PAID, CREDITS_GRANTED, POSTED).state
    assert state is not None
    return state


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (PRICE_LIST_STATE, PriceList),
        (QUOTES.evolve(None, QUOTED), Quote),
        (account(), Account),
        (ACCOUNTS.evolve(account(), CLOSED), Account),
        (INVOICES.evolve(None, INVOICED), Invoice),
        (INVOICES.evolve(INVOICES.evolve(None, INVOICED), VOIDED), Invoice),
        (WITHDRAWALS.evolve(None, FOLLOWED), Withdrawal),
        (PERSONS.evolve(None, PatientForgotten("person", PATIENT, AT)), Person),
    ],
)
def test_a_state_comes_back_from_its_json(state: object, kind: type[object]) -> None:
    assert from_jsonb(to_jsonb(state), kind) == state


def test_an_account_is_shown_in_money() -> None:
    shown = to_reply(statement(account()), model_pb2.Account, etag='"5"')
    assert shown.balances.received.units == euro(9_000).units
    assert (shown.credits.granted, shown.credits.posted) == (3, 1)
    assert shown.state == model_pb2.ACCOUNT_STATE_OPEN


def test_an_account_and_an_invoice_show_that_they_are_over() -> None:
    closed = to_reply(statement(ACCOUNTS.evolve(account(), CLOSED)), model_pb2.Account)
    assert closed.state == model_pb2.ACCOUNT_STATE_CLOSED
    # Of 90.00 that were paid, nothing is left of what a session of 120.00 earned.
    assert closed.HasField("closed_at")
    assert closed.balances.HasField("refundable")
    assert not closed.HasField("suspended_at")
    invoice = INVOICES.evolve(INVOICES.evolve(None, INVOICED), VOIDED)
    voided = to_reply(invoice, model_pb2.Invoice)
    assert voided.state == model_pb2.INVOICE_STATE_VOIDED
    assert voided.HasField("voided_at")
