"""Where consult meets protobuf: events survive the journal, a quote becomes a command."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.consult.v1 import model_pb2
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed
from services.chassis.mapping import to_reply
from services.consult.domain.consultation.events import (
    ConsultationOpened,
    FindingsRecorded,
    ScreeningAnswered,
    SuitabilityAssessed,
)
from services.consult.domain.consultation.model import FiredRule, Suitability
from services.consult.domain.plan.commands import AttachQuote
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.events import PlanWithdrawn
from services.consult.domain.plan.model import Money, PlanWithdrawalReason
from services.consult.events.consumers import HEARINGS
from services.consult.events.published import CONTRACT
from services.consult.handlers.plan import PLAN as PLANS
from services.consult.reference.loader import reference
from tests.support.spec import Spec
from tests.unit.consult.plans import ACCEPTED, AMENDED, FLAGGED, MOVED, SIGNED, TAKEN_BACK, VOIDED
from tests.unit.consult.samples import (
    CLINIC,
    CONSULTATION,
    DOCTOR,
    FINDINGS,
    NOW,
    PATIENT,
    PLAN,
    QUESTIONNAIRE,
    QUOTE,
    answers,
    assessment,
    proposed,
    quoted,
)

FIRED = FiredRule("GALLSTONES", "1", Suitability.PHYSICIAN_REVIEW, "GALLSTONES", "SIGN_OFF", ("x",))
EVENTS = [
    ConsultationOpened(CONSULTATION, PATIENT, CLINIC, DOCTOR, NOW),
    FindingsRecorded(CONSULTATION, PATIENT, DOCTOR, FINDINGS, None, NOW),
    ScreeningAnswered(CONSULTATION, PATIENT, DOCTOR, QUESTIONNAIRE.version, answers(), NOW),
    SuitabilityAssessed(
        CONSULTATION,
        PATIENT,
        DOCTOR,
        assessment(fired_rules=(FIRED,), excluded_ingredient_codes=("x",)),
        NOW,
    ),
    proposed(),
    quoted(),
    SIGNED,
    ACCEPTED,
    TAKEN_BACK,
    VOIDED,
    AMENDED,
    MOVED,
    FLAGGED,
    PlanWithdrawn(PLAN, PATIENT, PlanWithdrawalReason.MEDICAL, None, NOW),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_from_the_journal_as_it_went_in(event: object) -> None:
    assert CONTRACT.decode(*CONTRACT.encode(event)) == event


@pytest.mark.parametrize("event_class", CONTRACT.types, ids=lambda each: each.__name__)
def test_an_event_says_exactly_what_its_message_can(event_class: type) -> None:
    told = {field.name for field in fields(event_class)}
    assert told == set(CONTRACT.types[event_class].message.DESCRIPTOR.fields_by_name)


def test_a_quote_of_billing_is_attached_to_its_plan() -> None:
    until = NOW + timedelta(days=14)
    event = billing.QuoteIssued(quote_id=QUOTE, plan_id=PLAN, patient_id=PATIENT, sessions=10)
    event.total.currency_code, event.total.units, event.total.nanos = "GBP", 1200, 500_000_000
    event.deposit.currency_code, event.deposit.units = "GBP", 300
    event.valid_until.FromDatetime(until)
    delivery = Delivery(
        event_id="e",
        chain_id="c",
        aggregate_id=QUOTE,
        version=1,
        type="mesoflow.billing.v1.QuoteIssued",
        body=event.SerializeToString(),
        traceparent=None,
        occurred_at=datetime(2026, 12, 1, 10, tzinfo=UTC),
    )
    total, deposit = Money("GBP", 1200, 500_000_000), Money("GBP", 300, 0)
    command = AttachQuote(PLAN, QUOTE, total, deposit, until, delivery.occurred_at)
    [hearing] = [each for each in HEARINGS if each.source == "billing"]
    assert hearing.owed(delivery) == [Owed(PLANS, PLAN, command)]


def test_a_plan_is_shown_with_its_quote() -> None:
    plan = Spec(DECIDER).given(proposed(), quoted()).state
    shown = to_reply(plan, model_pb2.Plan)
    assert shown.state == model_pb2.PLAN_STATE_QUOTED
    assert (shown.quote.quote_id, shown.quote.total.units) == (QUOTE, 1200)
    assert not shown.HasField("consent")


def test_every_row_of_the_formulary_can_be_shown() -> None:
    shown = [to_reply(row, model_pb2.Ingredient) for row in reference().formulary.ingredients]
    [minoxidil] = [row for row in shown if row.ingredient_code == "minoxidil"]
    assert minoxidil.limits[0].max_dose_micrograms == 5_000
    assert minoxidil.signed_by_code == "SAMPLE-UNSIGNED"
    assert not minoxidil.HasField("effective_until")
