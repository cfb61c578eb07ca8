"""What billing owes for each event it hears; the same event owes the same thing."""

import pytest
from google.protobuf.message import Message

from mesoflow.billing.v1 import events_pb2 as billing_events
from mesoflow.clinical.v1 import protocol_pb2
from mesoflow.consult.v1 import events_pb2 as consult_events
from mesoflow.sessions.v1 import events_pb2 as sessions_events
from services.billing.domain.account.commands import (
    OpenAccount,
    PostCredit,
    ReserveCredit,
    VoidCredit,
)
from services.billing.domain.account.model import account_of
from services.billing.domain.invoice.commands import IssueInvoice, SettleInvoice
from services.billing.domain.quote.commands import IssueQuote
from services.billing.events.consumers import HEARINGS, deposit_invoice_of
from services.chassis.clock import derived_id
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed
from services.chassis.messages import event_type
from tests.unit.billing.examples import AT, CLINIC, PATIENT, PLAN, QUOTE

ACCOUNT = account_of(PLAN)
INVOICE = deposit_invoice_of(ACCOUNT)
THREE = protocol_pb2.Protocol(windows=[protocol_pb2.SessionWindow(number=n) for n in (1, 2, 3)])


def delivered(message: Message) -> Delivery:
    return Delivery(
        event_id="event",
        chain_id="chain",
        aggregate_id="aggregate",
        version=1,
        type=event_type(type(message)).name,
        body=message.SerializeToString(),
        traceparent=None,
        occurred_at=AT,
    )


def owed(message: Message) -> Owed:
    """Return the one command that billing owes for `message`."""
    source = event_type(type(message)).service
    (hearing,) = [each for each in HEARINGS if each.source == source]
    (one,) = hearing.owed(delivered(message))
    assert hearing.owed(delivered(message)) == [one]
    return one


PROPOSED = consult_events.PlanProposed(
    plan_id=PLAN, patient_id=PATIENT, clinic_id=CLINIC, protocol=THREE
)
ACCEPTED = consult_events.PlanAccepted(
    plan_id=PLAN, patient_id=PATIENT, clinic_id=CLINIC, quote_id=QUOTE
)
OPENED = sessions_events.CourseOpened(
    plan_id=PLAN, patient_id=PATIENT, clinic_id=CLINIC, quote_id=QUOTE, course_id="course"
)
PAID = billing_events.DepositPaid(account_id=ACCOUNT, plan_id=PLAN)
PRICES = derived_id("price_list", "chain")
QUOTED = derived_id("quote", PLAN)

# fmt: off
HEARD: list[tuple[Message, str, str, object]] = [
    (PROPOSED, "quote", QUOTED,
     IssueQuote(QUOTED, PLAN, PATIENT, CLINIC, 3, PRICES, AT)),
    (ACCEPTED, "account", ACCOUNT,
     OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, QUOTE, AT)),
    (OPENED, "invoice", INVOICE,
     IssueInvoice(INVOICE, ACCOUNT, PLAN, "course", PATIENT, CLINIC, QUOTE, AT)),
    (sessions_events.SessionBooked(session_id="s1", plan_id=PLAN), "account", ACCOUNT,
     ReserveCredit(ACCOUNT, "s1", AT)),
    (sessions_events.SessionCompleted(session_id="s1", plan_id=PLAN), "account", ACCOUNT,
     PostCredit(ACCOUNT, "s1", AT)),
    (sessions_events.SessionAborted(session_id="s1", plan_id=PLAN), "account", ACCOUNT,
     VoidCredit(ACCOUNT, "s1", AT)),
    (sessions_events.SessionInterrupted(session_id="s1", plan_id=PLAN), "account", ACCOUNT,
     VoidCredit(ACCOUNT, "s1", AT)),
    (PAID, "invoice", INVOICE, SettleInvoice(INVOICE, ACCOUNT, AT)),
]
# fmt: on


@pytest.mark.parametrize(("message", "aggregate", "key", "command"), HEARD)
def test_what_is_heard_is_owed(message: Message, aggregate: str, key: str, command: object) -> None:
    found = owed(message)
    assert (found.aggregate.name, found.key, found.command) == (aggregate, key, command)


def test_everything_heard_is_in_the_table() -> None:
    heard = {message for hearing in HEARINGS for message in hearing.policies}
    assert heard == {type(message) for message, *_ in HEARD}
