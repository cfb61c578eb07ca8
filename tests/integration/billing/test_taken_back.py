"""Whatever is taken back, told late, twice or beside what sessions says: billing ends up right."""

from mesoflow.billing.v1 import model_pb2
from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.sessions.v1 import events_pb2 as sessions
from tests.integration.billing.till import DEPOSIT, Till
from tests.support.calls import Refusal, new_id, refusal
from tests.support.eventually import eventually

OPEN = model_pb2.ACCOUNT_STATE_OPEN
SUSPENDED = model_pb2.ACCOUNT_STATE_SUSPENDED
CLOSED = model_pb2.ACCOUNT_STATE_CLOSED
ISSUED = model_pb2.INVOICE_STATE_ISSUED
NOT_DUE = model_pb2.INVOICE_STATE_SUSPENDED
VOIDED = model_pb2.INVOICE_STATE_VOIDED


async def quote_ends(till: Till, state: model_pb2.QuoteState.ValueType) -> None:
    """Wait until the plan's quote shows `state`."""

    async def there() -> bool:
        return (await till.quote()).state == state

    await eventually(there)


async def test_an_acceptance_that_is_told_after_the_plan_is_over_opens_nothing(till: Till) -> None:
    accepted, withdrawn = till.accepted(), till.withdrawn()
    await till.say(withdrawn)
    await quote_ends(till, model_pb2.QUOTE_STATE_WITHDRAWN)
    await till.say(accepted)
    assert not await till.nothing_waits()
    await till.replay_parked()
    account = await till.account()
    assert (account.state, account.credits.granted) == (CLOSED, 0)
    booked = sessions.SessionBooked(session_id=new_id(), plan_id=till.plan_id)
    await till.say(till.course(), till.item(booked))
    assert await till.invoices() == []
    assert (await till.account()).credits == model_pb2.Credits()
    await till.sound()


async def test_an_acceptance_that_is_told_after_the_consent_went_waits_for_a_new_one(
    till: Till,
) -> None:
    accepted, taken_back = till.accepted(), till.taken_back()
    await till.say(taken_back)
    await till.say(accepted, till.course())
    await till.replay_parked()
    assert (await till.account()).state == SUSPENDED
    await till.asks(NOT_DUE)
    await till.say(till.accepted())
    assert (await till.account()).state == OPEN
    await till.asks(ISSUED)
    await till.sound()


async def test_a_booking_gets_its_credit_whichever_of_two_streams_is_heard_first(
    till: Till,
) -> None:
    first = till.accepted()
    await till.say(first, till.course())
    await till.asks(ISSUED)
    await till.pay_deposit()
    taken_back = till.taken_back()
    await till.say(taken_back)
    stale, fresh = new_id(), new_id()
    lost = sessions.SessionBooked(session_id=stale, plan_id=till.plan_id)
    await till.say(till.item(lost))
    given_up = sessions.SessionInterrupted(session_id=stale, plan_id=till.plan_id)
    await till.say(till.item(given_up))
    kept = sessions.SessionBooked(session_id=fresh, plan_id=till.plan_id)
    await till.say(till.item(kept))
    assert (await till.account()).credits.reserved == 0
    again = till.accepted()
    await till.say(again)
    assert (await till.account()).credits.reserved == 1
    await till.say(first, taken_back, again, again=True)
    account = await till.account()
    assert (account.state, account.credits.reserved, account.credits.available) == (OPEN, 1, 2)
    await till.sound()


async def test_a_closed_account_follows_a_merge_and_keeps_what_is_refundable(till: Till) -> None:
    await till.say(till.accepted(), till.course())
    await till.asks(ISSUED)
    survivor = new_id()
    merged = consult.PatientMerged(patient_id=till.patient_id, into_patient_id=survivor)
    await till.say(till.withdrawn(), till.item(merged))

    async def followed() -> bool:
        return (await till.account()).patient_id == survivor

    await eventually(followed)
    await till.asks(VOIDED)
    account = await till.account()
    assert (account.state, account.balances.refundable.units) == (CLOSED, 0)
    assert [each.patient_id for each in await till.invoices()] == [survivor]
    refused = await refusal(till.pay_deposit())
    assert refused == Refusal("FAILED_PRECONDITION", "ACCOUNT_CLOSED")
    await till.sound()


async def test_a_session_that_is_told_after_the_end_is_earned(till: Till) -> None:
    await till.say(till.accepted(), till.course())
    await till.asks(ISSUED)
    await till.pay_deposit()
    session_id = new_id()
    booked = sessions.SessionBooked(session_id=session_id, plan_id=till.plan_id)
    await till.say(till.item(booked), till.withdrawn())

    async def closed() -> bool:
        return (await till.account()).state == CLOSED

    await eventually(closed)
    assert (await till.account()).balances.refundable == DEPOSIT
    performed = sessions.SessionCompleted(session_id=session_id, plan_id=till.plan_id)
    await till.say(till.item(performed))
    account = await till.account()
    assert (account.credits.reserved, account.credits.posted) == (0, 1)
    # A session earns 120.00, of which 90.00 were paid.
    assert account.balances.refundable.units == 0
    assert (account.balances.revenue.units, account.balances.receivable.units) == (100, 30)
    await till.sound()
