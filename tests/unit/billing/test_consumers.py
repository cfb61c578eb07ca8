"""What billing owes for each event it hears; the same event owes the same thing."""

import pytest
from google.protobuf.message import Message
from google.type import money_pb2

from mesoflow.billing.v1 import events_pb2 as billing_events
from mesoflow.clinical.v1 import protocol_pb2
from mesoflow.consult.v1 import events_pb2 as consult_events
from mesoflow.consult.v1 import model_pb2 as consult_model
from mesoflow.sessions.v1 import events_pb2 as sessions_events
from services.billing.domain.account.commands import (
    CloseAccount,
    MoveAccount,
    OpenAccount,
    PostCredit,
    ReserveCredit,
    SuspendAccount,
    VoidCredit,
)
from services.billing.domain.account.model import account_of
from services.billing.domain.invoice.commands import (
    IssueInvoice,
    MoveInvoice,
    ResumeInvoice,
    SettleInvoice,
    SuspendInvoice,
    VoidInvoice,
)
from services.billing.domain.invoice.model import deposit_invoice_of
from services.billing.domain.person.commands import (
    FollowAgain,
    FollowMerge,
    ForgetPatient,
    Repoint,
)
from services.billing.domain.person.model import person_id_of
from services.billing.domain.quote.commands import IssueQuote, WithdrawQuote
from services.billing.domain.withdrawal.commands import (
    FollowConsentWithdrawal,
    FollowPlanWithdrawal,
)
from services.billing.domain.withdrawal.model import withdrawal_id_of
from services.billing.events.consumers import HEARINGS
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.chassis.messages import event_type
from tests.unit.billing.examples import AT, CLINIC, OTHER_CLINIC, PATIENT, PLAN, QUOTE, euro

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
    assert isinstance(one, Owed)
    return one


PROPOSED = consult_events.PlanProposed(
    plan_id=PLAN,
    patient_id=PATIENT,
    clinic_id=CLINIC,
    protocol=THREE,
    sessions_12_months=3,
    sessions_24_months=5,
)
IMPORT = consult_model.PlanImport(
    system_code="OLD",
    external_reference_code="77",
    prepaid_sessions=2,
    prepaid_amount=money_pb2.Money(currency_code="EUR", units=200),
)
BROUGHT = consult_events.PlanProposed()
BROUGHT.CopyFrom(PROPOSED)
BROUGHT.imported.CopyFrom(IMPORT)
AMENDED = consult_events.PlanAmended(
    plan_id=PLAN,
    patient_id=PATIENT,
    clinic_id=CLINIC,
    protocol=THREE,
    terms_version=2,
    amended_quote_id=QUOTE,
    sessions_12_months=3,
    sessions_24_months=5,
)
UNQUOTED = consult_events.PlanAmended()
UNQUOTED.CopyFrom(AMENDED)
UNQUOTED.ClearField("amended_quote_id")
ACCEPTED = consult_events.PlanAccepted(
    plan_id=PLAN, patient_id=PATIENT, clinic_id=CLINIC, quote_id=QUOTE
)
CARRIED = consult_events.PlanAccepted()
CARRIED.CopyFrom(ACCEPTED)
CARRIED.imported.CopyFrom(IMPORT)
OPENED = sessions_events.CourseOpened(
    plan_id=PLAN, patient_id=PATIENT, clinic_id=CLINIC, quote_id=QUOTE, course_id="course"
)
PAID = billing_events.DepositPaid(account_id=ACCOUNT, plan_id=PLAN)
PRICES = derived_id("price_list", "chain")
QUOTED = derived_id("quote", PLAN)
REQUOTED = derived_id("quote", PLAN, "2")
PERSON = person_id_of(PATIENT)

# fmt: off
HEARD: list[tuple[Message, str, str, object]] = [
    (PROPOSED, "quote", QUOTED,
     IssueQuote(QUOTED, PLAN, PATIENT, CLINIC, 3, 3, 5, PRICES, AT)),
    (BROUGHT, "quote", QUOTED,
     IssueQuote(QUOTED, PLAN, PATIENT, CLINIC, 3, 3, 5, PRICES, AT, None, 2, euro(20_000))),
    (AMENDED, "quote", REQUOTED,
     IssueQuote(REQUOTED, PLAN, PATIENT, CLINIC, 3, 3, 5, PRICES, AT, QUOTE)),
    (UNQUOTED, "quote", REQUOTED,
     IssueQuote(REQUOTED, PLAN, PATIENT, CLINIC, 3, 3, 5, PRICES, AT)),
    (ACCEPTED, "account", ACCOUNT,
     OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, QUOTE, AT)),
    (CARRIED, "account", ACCOUNT,
     OpenAccount(ACCOUNT, PLAN, PATIENT, CLINIC, QUOTE, AT, "OLD/77")),
    (consult_events.PlanMoved(plan_id=PLAN, clinic_id=OTHER_CLINIC), "account", ACCOUNT,
     MoveAccount(ACCOUNT, OTHER_CLINIC, AT)),
    (consult_events.PatientMerged(patient_id=PATIENT, into_patient_id="other"), "person", PERSON,
     FollowMerge(PERSON, PATIENT, "other", AT)),
    (consult_events.PatientErased(patient_id=PATIENT), "person", PERSON,
     ForgetPatient(PERSON, PATIENT, AT)),
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


WITHDRAWAL = withdrawal_id_of(PLAN)
TAKEN_BACK: list[tuple[Message, list[tuple[str, str, object]]]] = [
    (
        consult_events.ConsentWithdrawn(plan_id=PLAN, patient_id=PATIENT),
        [
            ("withdrawal", WITHDRAWAL, FollowConsentWithdrawal(WITHDRAWAL, PLAN, AT)),
            ("account", ACCOUNT, SuspendAccount(ACCOUNT, AT)),
        ],
    ),
    (
        consult_events.PlanWithdrawn(plan_id=PLAN, patient_id=PATIENT),
        [
            ("withdrawal", WITHDRAWAL, FollowPlanWithdrawal(WITHDRAWAL, PLAN, AT)),
            ("account", ACCOUNT, CloseAccount(ACCOUNT, AT)),
        ],
    ),
    (
        billing_events.PlanWithdrawalFollowed(plan_id=PLAN, quote_ids=["q1", "q2"]),
        [("quote", "q1", WithdrawQuote("q1", AT)), ("quote", "q2", WithdrawQuote("q2", AT))],
    ),
    (
        billing_events.AccountSuspended(account_id=ACCOUNT, plan_id=PLAN),
        [("invoice", INVOICE, SuspendInvoice(INVOICE, AT))],
    ),
    (
        billing_events.AccountResumed(account_id=ACCOUNT, plan_id=PLAN),
        [("invoice", INVOICE, ResumeInvoice(INVOICE, AT))],
    ),
    (
        billing_events.AccountMoved(account_id=ACCOUNT, plan_id=PLAN, clinic_id=OTHER_CLINIC),
        [("invoice", INVOICE, MoveInvoice(INVOICE, OTHER_CLINIC, AT))],
    ),
    (
        billing_events.AccountClosed(account_id=ACCOUNT, plan_id=PLAN),
        [("invoice", INVOICE, VoidInvoice(INVOICE, AT))],
    ),
]


@pytest.mark.parametrize(("message", "owing"), TAKEN_BACK)
def test_what_is_taken_back_stops_account_quotes_and_invoice(
    message: Message, owing: list[tuple[str, str, object]]
) -> None:
    assert commands(message) == owing


@pytest.mark.parametrize(("message", "aggregate", "key", "command"), HEARD)
def test_what_is_heard_is_owed(message: Message, aggregate: str, key: str, command: object) -> None:
    found = owed(message)
    assert (found.aggregate.name, found.key, found.command) == (aggregate, key, command)


def test_everything_heard_is_in_the_table() -> None:
    heard = {message for hearing in HEARINGS for message in hearing.policies}
    tried = {type(message) for message, *_ in HEARD} | {type(message) for message, _ in TAKEN_BACK}
    assert heard == tried | {billing_events.MergeFollowed}


def commands(message: Message) -> list[tuple[str, str, object]]:
    """Return all commands that billing owes for `message`, with aggregate and id."""
    source = event_type(type(message)).service
    (hearing,) = [each for each in HEARINGS if each.source == source]
    owing = hearing.owed(delivered(message))
    return [(o.aggregate.name, o.key, o.command) for o in owing if isinstance(o, Owed)]


def test_records_follow_and_it_is_looked_again() -> None:
    followed = billing_events.MergeFollowed(
        person_id=PERSON,
        patient_id=PATIENT,
        into_patient_id="other",
        quote_ids=["q"],
        account_ids=["a"],
        invoice_ids=["i"],
    )
    other = person_id_of("other")
    assert commands(followed) == [
        ("quote", "q", Repoint("q", "other", AT)),
        ("account", "a", Repoint("a", "other", AT)),
        ("invoice", "i", Repoint("i", "other", AT)),
        ("person", PERSON, FollowAgain(PERSON, PATIENT, AT)),
        ("person", other, FollowAgain(other, "other", AT)),
    ]


def test_the_merged_records_of_an_erased_patient_are_forgotten_too() -> None:
    erased = consult_events.PatientErased(patient_id=PATIENT, merged_patient_ids=["first"])
    assert [key for _, key, _ in commands(erased)] == [PERSON, person_id_of("first")]
