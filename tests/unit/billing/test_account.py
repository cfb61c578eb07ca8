"""An account: what is due, one credit for one session, and books that always balance."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.billing.domain.account.commands import (
    Command,
    InvoiceDue,
    OpenAccount,
    PostCredit,
    ReserveCredit,
    VoidCredit,
)
from services.billing.domain.account.decider import DECIDER, record_payment
from services.billing.domain.account.errors import (
    AccountClosed,
    AccountNotFound,
    AmountNotDue,
    NoCredit,
)
from services.billing.domain.account.events import (
    CreditPosted,
    CreditReserved,
    CreditVoided,
    Event,
    RevenueRecognised,
)
from services.billing.domain.account.model import AccountState, account_of
from services.billing.domain.account.sale import Sold
from services.billing.domain.account.statement import statement
from services.billing.domain.errors import CurrencyDiffers
from services.billing.domain.invoice.errors import InvoiceClosed
from services.billing.domain.money import Money
from services.billing.domain.quote.errors import QuoteNotFound
from services.chassis.kernel import DomainError, derived_id
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
    QUOTE,
    euro,
    opened,
    pay,
    quote,
    received,
)

billing = Spec(DECIDER)
OPEN = OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, QUOTE, AT)
PAID: Sequence[Event] = (opened(), received(9_000), DEPOSIT_PAID, CREDITS_GRANTED)
RESERVED = CreditReserved(ACCOUNT, "s1", PATIENT, AT)
POSTED = CreditPosted(ACCOUNT, "s1", PATIENT, AT)
EARNED = RevenueRecognised(ACCOUNT, "s1", PATIENT, euro(10_000), euro(2_000), AT)


def test_the_id_is_the_one_that_policies_derive() -> None:
    assert account_of(PLAN) == derived_id("account", PLAN)


def test_an_accepted_plan_has_its_account_on_the_quotes_terms() -> None:
    (event,) = billing.when(OPEN, Sold(quote()))
    assert event == replace(opened(), unit_price=euro(10_000))
    assert billing.given(event).when(OPEN, Sold()) == []


def test_without_its_quote_no_account_opens() -> None:
    with pytest.raises(QuoteNotFound):
        billing.when(OPEN, Sold())


def test_without_a_deposit_the_credits_are_there_at_once() -> None:
    events = billing.when(OPEN, Sold(quote(deposit=0)))
    assert events[1:] == [replace(DEPOSIT_PAID, amount=euro(0)), CREDITS_GRANTED]


@pytest.mark.parametrize(
    ("paid", "deposit_follows"), [(8_999, False), (9_000, True), (36_000, True)]
)
def test_the_deposit_is_paid_when_it_is_covered(paid: int, deposit_follows: bool) -> None:
    events = billing.given(opened()).when(pay(euro(paid)), None)
    assert events[0] == received(paid)
    assert events[1:] == ([DEPOSIT_PAID, CREDITS_GRANTED] if deposit_follows else [])


def test_the_deposit_may_come_in_parts() -> None:
    begun = billing.given(opened(), received(4_000, "first"))
    events = begun.when(pay(euro(5_000)), None)
    assert events == [received(5_000), DEPOSIT_PAID, CREDITS_GRANTED]


def test_the_payment_that_completes_the_deposit_is_known() -> None:
    parts = (opened(), received(4_000, "first"), received(5_000, "second"))
    account = billing.given(*parts, DEPOSIT_PAID, received(1, "third")).state
    assert account is not None
    assert account.deposit_payment_id == "second"


def test_the_deposit_is_paid_once() -> None:
    assert billing.given(*PAID).when(pay(euro(27_000), "rest"), None) == [received(27_000, "rest")]


@pytest.mark.parametrize(
    ("amount", "refusal"),
    [
        (euro(27_001), AmountNotDue),
        (euro(0), AmountNotDue),
        (Money("GBP", 1, 0), CurrencyDiffers),
    ],
)
def test_what_is_not_due_is_refused(amount: Money, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        billing.given(*PAID).when(pay(amount, "second"), None)


@pytest.mark.parametrize(
    ("due", "refusal"),
    [
        (InvoiceDue(euro(9_000), paid=True), InvoiceClosed),
        (InvoiceDue(euro(9_001), paid=False), AmountNotDue),
    ],
)
def test_an_invoice_is_paid_once_and_in_full(due: InvoiceDue, refusal: type[DomainError]) -> None:
    command = replace(pay(euro(9_000)), invoice_id=INVOICE, invoice=due)
    with pytest.raises(refusal):
        billing.given(opened()).when(command, None)


def test_an_invoice_is_closed_by_its_payment_before_it_knows() -> None:
    due = InvoiceDue(euro(9_000), paid=False)
    command = replace(pay(euro(9_000), "second"), invoice_id=INVOICE, invoice=due)
    with pytest.raises(InvoiceClosed):
        billing.given(opened(), received(9_000, "first", INVOICE)).when(command, None)


def test_a_closed_account_takes_nothing() -> None:
    account = billing.given(opened()).state
    assert account is not None
    with pytest.raises(AccountClosed):
        record_payment(pay(euro(1)), replace(account, state=AccountState.CLOSED))


@pytest.mark.parametrize(
    "command",
    [
        pay(euro(1)),
        ReserveCredit(ACCOUNT, "s1", AT),
        PostCredit(ACCOUNT, "s1", AT),
        VoidCredit(ACCOUNT, "s1", AT),
    ],
)
def test_an_account_that_is_not_open_yet_is_waited_for(command: Command) -> None:
    with pytest.raises(AccountNotFound):
        billing.when(command, None)


# fmt: off
CREDITS = [
    # what happened since the deposit, the command, what it leads to
    ([],                         ReserveCredit, [RESERVED]),
    ([RESERVED],                 ReserveCredit, []),
    ([RESERVED, POSTED, EARNED], ReserveCredit, []),
    ([RESERVED],                 PostCredit,    [POSTED, EARNED]),
    ([],                         PostCredit,    [POSTED, EARNED]),
    ([RESERVED, POSTED, EARNED], PostCredit,    []),
    ([RESERVED],                 VoidCredit,    [CreditVoided(ACCOUNT, "s1", PATIENT, AT)]),
    ([],                         VoidCredit,    []),
    ([RESERVED, POSTED, EARNED], VoidCredit,    []),
]
# fmt: on


@pytest.mark.parametrize(("since", "command", "then"), CREDITS)
def test_a_session_has_one_credit(
    since: list[Event],
    command: type[ReserveCredit] | type[PostCredit] | type[VoidCredit],
    then: list[Event],
) -> None:
    assert billing.given(*PAID, *since).when(command(ACCOUNT, "s1", AT), None) == then


@pytest.mark.parametrize("command", [ReserveCredit, PostCredit])
def test_no_session_beyond_those_sold(
    command: type[ReserveCredit] | type[PostCredit],
) -> None:
    taken = [CreditReserved(ACCOUNT, f"t{n}", PATIENT, AT) for n in range(3)]
    with pytest.raises(NoCredit):
        billing.given(*PAID, *taken).when(command(ACCOUNT, "s1", AT), None)
    with pytest.raises(NoCredit):
        billing.given(opened()).when(command(ACCOUNT, "s1", AT), None)


def test_what_is_shown_is_counted() -> None:
    account = billing.given(*PAID, RESERVED, POSTED, EARNED).state
    assert account is not None
    shown = statement(account)
    assert (shown.credits.granted, shown.credits.available, shown.credits.posted) == (3, 2, 1)
    # More was performed than paid: the patient owes the difference.
    assert shown.balances.receivable == euro(3_000)
    assert shown.balances.contract_liability == euro(0)
    assert (shown.balances.revenue, shown.balances.tax_payable) == (euro(10_000), euro(2_000))
