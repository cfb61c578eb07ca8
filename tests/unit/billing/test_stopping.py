"""Consent or plan taken back: what stops at once, what is entered all the same, what goes on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.billing.domain.account import errors
from services.billing.domain.account.commands import (
    CloseAccount,
    Command,
    MoveAccount,
    OpenAccount,
    PostCredit,
    ReserveCredit,
    SuspendAccount,
    VoidCredit,
)
from services.billing.domain.account.events import (
    AccountAmended,
    AccountClosed,
    AccountMoved,
    AccountResumed,
    AccountSuspended,
    CreditReserved,
    CreditVoided,
    CreditWithheld,
    Event,
)
from services.billing.domain.account.sale import Sold
from services.billing.domain.account.statement import statement
from services.billing.domain.quote.errors import QuoteNotFound
from services.chassis.kernel import Violation
from tests.unit.billing.examples import (
    ACCOUNT,
    AT,
    CREDITS_GRANTED,
    DEPOSIT_PAID,
    OTHER_CLINIC,
    PATIENT,
    PLAN,
    euro,
    opened,
    pay,
    quote,
)
from tests.unit.billing.test_account import EARNED, OPEN, PAID, POSTED, RESERVED, billing
from tests.unit.billing.test_sale import second

T1, T2, T3, T4 = (AT + timedelta(days=n) for n in (1, 2, 3, 4))
WHOSE = (ACCOUNT, PLAN, PATIENT)
SUSPEND, CLOSE = SuspendAccount(ACCOUNT, T1), CloseAccount(ACCOUNT, T2)
SUSPENDED = AccountSuspended(*WHOSE, T1)
CLOSED = AccountClosed(*WHOSE, T2)
AGAIN = replace(OPEN, at=T3)
RESUMED = AccountResumed(*WHOSE, T3)
WITHHELD = CreditWithheld(ACCOUNT, "s1", PATIENT, AT)
VOIDED = CreditVoided(ACCOUNT, "s1", PATIENT, AT)

# fmt: off
STOPS: list[tuple[Sequence[Event], Command, Sequence[Event]]] = [
    # what happened since the deposit, the command, what it leads to
    ([],                         SUSPEND, [SUSPENDED]),
    ([SUSPENDED],                SUSPEND, []),
    ([CLOSED],                   SUSPEND, []),
    # News of a withdrawal that is older than the last acceptance.
    ([SUSPENDED, RESUMED],       SUSPEND, []),
    ([],                         SuspendAccount(ACCOUNT, AT - timedelta(1)), []),
    ([],                         CLOSE,   [CLOSED]),
    ([SUSPENDED],                CLOSE,   [CLOSED]),
    ([CLOSED],                   CLOSE,   []),
    # No credit is reserved; the booking is noted while that may change.
    ([SUSPENDED],                ReserveCredit(ACCOUNT, "s1", AT), [WITHHELD]),
    ([SUSPENDED, WITHHELD],      ReserveCredit(ACCOUNT, "s1", AT), []),
    ([RESERVED, SUSPENDED],      ReserveCredit(ACCOUNT, "s1", AT), []),
    ([CLOSED],                   ReserveCredit(ACCOUNT, "s1", AT), []),
    # What will not be performed is free, whatever the state.
    ([SUSPENDED, WITHHELD],      VoidCredit(ACCOUNT, "s1", AT), [VOIDED]),
    ([RESERVED, SUSPENDED],      VoidCredit(ACCOUNT, "s1", AT), [VOIDED]),
    ([RESERVED, CLOSED],         VoidCredit(ACCOUNT, "s1", AT), [VOIDED]),
    ([CLOSED],                   VoidCredit(ACCOUNT, "s1", AT), []),
    # What was performed was performed.
    ([RESERVED, SUSPENDED],      PostCredit(ACCOUNT, "s1", AT), [POSTED, EARNED]),
    ([SUSPENDED, WITHHELD],      PostCredit(ACCOUNT, "s1", AT), [POSTED, EARNED]),
    ([RESERVED, CLOSED],         PostCredit(ACCOUNT, "s1", AT), [POSTED, EARNED]),
    ([CLOSED],                   PostCredit(ACCOUNT, "s1", AT), [POSTED, EARNED]),
    ([RESERVED, CLOSED, POSTED], PostCredit(ACCOUNT, "s1", AT), []),
    ([SUSPENDED],                MoveAccount(ACCOUNT, OTHER_CLINIC, AT),
     [AccountMoved(ACCOUNT, PLAN, OTHER_CLINIC, AT)]),
]
# fmt: on


@pytest.mark.parametrize(("since", "command", "then"), STOPS)
def test_what_stops_and_what_does_not(
    since: Sequence[Event], command: Command, then: Sequence[Event]
) -> None:
    assert billing.given(*PAID, *since).when(command, None) == then


@pytest.mark.parametrize("command", [SUSPEND, CLOSE])
def test_a_plan_that_was_never_accepted_has_nothing_to_stop(command: Command) -> None:
    assert billing.when(command, None) == []


def test_no_payment_is_taken_for_a_suspended_account() -> None:
    with pytest.raises(errors.AccountSuspended) as refused:
        billing.given(*PAID, SUSPENDED).when(pay(euro(1)), None)
    wanted = "must be accepted again under a new consent"
    assert refused.value.violations == (Violation("PLAN", PLAN, wanted),)


def test_no_payment_is_taken_for_a_closed_account() -> None:
    with pytest.raises(errors.AccountClosed):
        billing.given(*PAID, CLOSED).when(pay(euro(1)), None)


def test_a_payment_is_taken_again_under_a_new_consent() -> None:
    assert billing.given(*PAID, SUSPENDED, RESUMED).when(pay(euro(1)), None)


BEFORE, AFTER = Sold(consent_withdrawn_at=T4), Sold(consent_withdrawn_at=T1)
# fmt: off
ACCEPTED_AGAIN: list[tuple[Sequence[Event], OpenAccount, Sold, Sequence[Event]]] = [
    ([SUSPENDED],                      AGAIN, AFTER,  [RESUMED]),
    # An acceptance that is not newer than the withdrawal resumes nothing.
    ([SUSPENDED],                      AGAIN, BEFORE, []),
    ([SUSPENDED],                      AGAIN, Sold(consent_withdrawn_at=T3), []),
    ([SUSPENDED],                      OPEN,  AFTER,  []),
    ([SUSPENDED, RESUMED],             AGAIN, AFTER,  []),
    # The withdrawal between two acceptances is not heard of yet, and will be too old.
    ([],                               AGAIN, Sold(), [RESUMED]),
    ([CLOSED],                         AGAIN, AFTER,  []),
    ([SUSPENDED, WITHHELD],            AGAIN, BEFORE, []),
    ([SUSPENDED, CLOSED],              AGAIN, Sold(quote()), []),
    # Booked under the new consent, and heard of before the acceptance was.
    ([SUSPENDED, WITHHELD],            AGAIN, AFTER,
     [RESUMED, CreditReserved(ACCOUNT, "s1", PATIENT, T3)]),
    ([SUSPENDED, WITHHELD, VOIDED],    AGAIN, AFTER,  [RESUMED]),
]
# fmt: on


@pytest.mark.parametrize(("since", "command", "sold", "then"), ACCEPTED_AGAIN)
def test_a_plan_that_is_accepted_again_goes_on(
    since: Sequence[Event], command: OpenAccount, sold: Sold, then: Sequence[Event]
) -> None:
    assert billing.given(*PAID, *since).when(command, sold) == then


def test_an_amendment_is_an_acceptance_too() -> None:
    command = replace(AGAIN, quote_id="second")
    sold = replace(AFTER, quote=second(5, 50_000, 10_000))
    (amended,) = billing.given(*PAID).when(command, sold)
    assert isinstance(amended, AccountAmended)
    assert billing.given(*PAID, amended).when(replace(SUSPEND, at=T2), None) == []


def test_a_closed_account_is_suspended_no_more() -> None:
    account = billing.given(*PAID, SUSPENDED, CLOSED).state
    assert account is not None
    assert (account.suspended_at, account.closed_at) == (None, T2)


def test_it_goes_on_by_a_new_quote() -> None:
    lived = billing.given(*PAID, SUSPENDED)
    command = replace(AGAIN, quote_id="second")
    resumed, amended = lived.when(command, replace(AFTER, quote=second(5, 50_000, 10_000)))
    assert resumed == RESUMED
    assert isinstance(amended, AccountAmended)
    (late,) = lived.when(command, replace(BEFORE, quote=second(5, 50_000, 10_000)))
    assert isinstance(late, AccountAmended)


def test_more_than_was_sold_is_not_kept_again() -> None:
    taken = [CreditReserved(ACCOUNT, f"t{n}", PATIENT, AT) for n in range(3)]
    assert billing.given(*PAID, *taken, SUSPENDED, WITHHELD).when(AGAIN, AFTER) == [RESUMED]


def test_an_acceptance_that_is_heard_after_the_withdrawal_opens_what_is_stopped() -> None:
    birth = replace(opened(), unit_price=euro(10_000))
    suspended = replace(SUSPENDED, suspended_at=AT)
    assert billing.when(OPEN, Sold(quote(), consent_withdrawn_at=T1)) == [birth, suspended]
    free = Sold(quote(deposit=0), consent_withdrawn_at=T1)
    assert billing.when(OPEN, free)[1:] == [
        replace(DEPOSIT_PAID, amount=euro(0)),
        CREDITS_GRANTED,
        suspended,
    ]
    over = Sold(quote(), plan_withdrawn=True)
    assert billing.when(OPEN, over) == [birth, replace(CLOSED, closed_at=AT)]
    assert billing.when(OPEN, Sold(plan_withdrawn=True)) == []
    with pytest.raises(QuoteNotFound):
        billing.when(OPEN, Sold(consent_withdrawn_at=T1))


def test_what_another_system_was_paid_is_not_lost_with_the_plan() -> None:
    brought = Sold(replace(quote(), prepaid=euro(9_000)), plan_withdrawn=True)
    account = billing.given(*billing.when(OPEN, brought)).state
    assert account is not None
    shown = statement(account)
    assert (shown.credits.granted, shown.balances.refundable) == (0, euro(9_000))


# fmt: off
REFUNDABLE = [
    # the state's event, sessions performed, received; refundable, receivable
    ([CLOSED],             0,  9_000,  9_000,      0),
    ([CLOSED],             1, 36_000, 24_000,      0),
    ([CLOSED],             1, 12_000,      0,      0),
    ([CLOSED],             1,  9_000,      0,  3_000),
    ([CLOSED],             3, 36_000,      0,      0),
    ([SUSPENDED],          0,  9_000,      0,      0),
    ([SUSPENDED, RESUMED], 0,  9_000,      0,      0),
    ([],                   0,  9_000,      0,      0),
]
# fmt: on


@pytest.mark.parametrize(("stop", "count", "paid", "refundable", "receivable"), REFUNDABLE)
def test_what_was_paid_and_not_earned_is_refundable_once_the_account_is_closed(
    stop: Sequence[Event], count: int, paid: int, refundable: int, receivable: int
) -> None:
    posted = [replace(POSTED, session_id=f"s{n}") for n in range(count)]
    rest = [each for each in [pay(euro(paid - 9_000), "rest")] if paid > 9_000]
    lived: list[Event] = [
        *PAID,
        *(e for each in rest for e in billing.given(*PAID).when(each, None)),
    ]
    account = billing.given(*lived, *posted, *stop).state
    assert account is not None
    shown = statement(account)
    assert (shown.balances.refundable, shown.balances.receivable) == (
        euro(refundable),
        euro(receivable),
    )
    assert (shown.suspended_at, shown.closed_at) == (
        T1 if stop == [SUSPENDED] else None,
        T2 if stop == [CLOSED] else None,
    )
