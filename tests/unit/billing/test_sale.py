"""An account opens with what was paid elsewhere, follows an amended plan, and moves with it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.billing.domain.account.commands import MoveAccount
from services.billing.domain.account.events import (
    AccountAmended,
    AccountMoved,
    CreditPosted,
    CreditReserved,
    CreditVoided,
    Event,
    PaymentReceived,
)
from services.billing.domain.account.model import PaymentMethod, carried_over_of
from services.billing.domain.account.sale import Sold
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.model import Quote
from tests.unit.billing.examples import (
    ACCOUNT,
    AT,
    CREDITS_GRANTED,
    DEPOSIT_PAID,
    OTHER_CLINIC,
    PATIENT,
    PLAN,
    QUOTE,
    euro,
    opened,
    pay,
    quote,
    received,
)
from tests.unit.billing.test_account import OPEN, PAID, billing


def test_the_account_is_the_patients_whom_the_quote_follows() -> None:
    (event,) = billing.when(OPEN, Sold(replace(quote(), patient_id="survivor")))
    assert event == replace(opened(), patient_id="survivor", unit_price=euro(10_000))


CARRIED = PaymentReceived(
    payment_id=carried_over_of(ACCOUNT),
    account_id=ACCOUNT,
    invoice_id=None,
    patient_id=PATIENT,
    amount=euro(4_000),
    method=PaymentMethod.CARRIED_OVER,
    external_reference_code="OLD/77",
    received_at=AT,
)


def test_what_another_system_was_paid_is_owed_as_sessions_from_the_first() -> None:
    brought = replace(OPEN, carried_over_code="OLD/77")
    _, carried = billing.when(brought, Sold(replace(quote(), prepaid=euro(4_000))))
    assert carried == CARRIED
    events = billing.when(brought, Sold(replace(quote(), prepaid=euro(9_000))))
    assert events[1:] == [replace(CARRIED, amount=euro(9_000)), DEPOSIT_PAID, CREDITS_GRANTED]
    assert billing.given(*events).when(brought, Sold()) == []


def test_nothing_is_carried_over_where_nothing_was_paid() -> None:
    assert len(billing.when(OPEN, Sold(replace(quote(), prepaid=euro(0))))) == 1


AMEND = replace(OPEN, quote_id="second")


def second(sessions: int, net: int, tax: int) -> Quote:
    return replace(quote(sessions, net, tax), quote_id="second", amends_quote_id=QUOTE)


def amended(sessions: int, net: int, tax: int) -> AccountAmended:
    amounts = (euro(net), euro(tax), euro(net + tax))
    return AccountAmended(ACCOUNT, PLAN, PATIENT, "second", sessions, *amounts, AT)


def performed(count: int) -> list[Event]:
    sessions = [f"s{n}" for n in range(1, count + 1)]
    return [CreditPosted(ACCOUNT, session_id, PATIENT, AT) for session_id in sessions]


# fmt: off
AMENDMENTS = [
    # performed so far, the new quote's sessions, net, tax; what the account is then worth
    (0, (5, 50_000, 10_000), (5, 50_000, 10_000)),
    (1, (5, 50_000, 10_000), (5, 50_000, 10_000)),
    (3, (5, 50_000, 10_000), (5, 50_000, 10_000)),
    (1, (2, 20_000,  4_000), (2, 20_000,  4_000)),
    # What was performed is earned, whatever the plan says now.
    (2, (1, 10_000,  2_000), (2, 20_000,  4_000)),
    (2, (3,  5_000,      0), (3, 20_000,  4_000)),
]
# fmt: on


@pytest.mark.parametrize(("count", "quoted", "worth"), AMENDMENTS)
def test_an_amended_plan_changes_what_is_left(
    count: int, quoted: tuple[int, int, int], worth: tuple[int, int, int]
) -> None:
    lived = billing.given(*PAID, *performed(count))
    events = lived.when(AMEND, Sold(second(*quoted)))
    assert events == [amended(*worth)]
    before, after = lived.state, billing.given(*PAID, *performed(count), *events).state
    assert before is not None
    assert after is not None
    assert (after.earned, after.posted) == (before.earned, before.posted)
    assert after.credits_granted == len(after.shares) == worth[0]
    assert (after.quote_id, after.former_quote_ids) == ("second", (QUOTE,))


def test_an_amendment_is_made_once_and_an_old_acceptance_does_nothing() -> None:
    lived = billing.given(*PAID, amended(5, 50_000, 10_000))
    assert lived.when(AMEND, Sold(second(5, 50_000, 10_000))) == []
    assert lived.when(OPEN, Sold()) == []


def test_an_acceptance_that_is_older_than_the_last_changes_no_terms() -> None:
    late = replace(AMEND, at=AT - timedelta(days=1))
    assert billing.given(*PAID).when(late, Sold(second(5, 50_000, 10_000))) == []


def test_an_amendment_waits_for_its_quote() -> None:
    with pytest.raises(QuoteNotFound):
        billing.given(*PAID).when(AMEND, Sold())


def test_an_amendment_before_the_deposit_grants_nothing_yet() -> None:
    lived = billing.given(opened(), amended(5, 50_000, 10_000))
    assert lived.state is not None
    assert lived.state.credits_granted == 0
    received_, paid, granted = lived.when(pay(euro(9_000)), None)
    assert (received_, paid) == (received(9_000), DEPOSIT_PAID)
    assert granted == replace(CREDITS_GRANTED, credits=5)


def test_a_deposit_is_never_more_than_the_plan_costs() -> None:
    parts = billing.given(opened(), received(6_000))
    _, paid, granted = parts.when(AMEND, Sold(second(1, 5_000, 1_000)))
    assert paid == replace(DEPOSIT_PAID, amount=euro(6_000))
    assert granted == replace(CREDITS_GRANTED, credits=1)


def test_the_sessions_booked_last_give_way_to_a_shorter_plan() -> None:
    booked = [CreditReserved(ACCOUNT, f"b{n}", PATIENT, AT) for n in (1, 2)]
    lived = billing.given(*PAID, *performed(1), *booked)
    events = lived.when(AMEND, Sold(second(2, 20_000, 4_000)))
    assert events == [amended(2, 20_000, 4_000), CreditVoided(ACCOUNT, "b2", PATIENT, AT)]


def test_an_account_follows_its_plan_to_another_clinic() -> None:
    move = MoveAccount(ACCOUNT, OTHER_CLINIC, AT)
    moved = AccountMoved(ACCOUNT, PLAN, OTHER_CLINIC, AT)
    assert billing.when(move, None) == []
    assert billing.given(*PAID).when(move, None) == [moved]
    assert billing.given(*PAID, moved).when(move, None) == []
