"""What consult hears of its neighbours and of itself, and what it then owes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.message import Message

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.clinical.v1 import outcome_pb2, scalp_pb2
from mesoflow.consult.v1 import events_pb2 as own
from mesoflow.safety.v1 import events_pb2 as safety
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.consult.domain.following import Repoint
from services.consult.domain.patient.commands import AbsorbPatient, NoteObligation
from services.consult.domain.plan.commands import RecheckPlan
from services.consult.domain.response.commands import CountSession, KeepToPlan, NoteOutcome
from services.consult.domain.response.model import (
    AssessorKind,
    Measure,
    Outcome,
    response_of,
)
from services.consult.events.consumers import HEARINGS
from services.consult.events.timers import FIRINGS
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.patient import PATIENT as PATIENTS
from services.consult.handlers.plan import PLAN as PLANS
from services.consult.handlers.response import RESPONSE as RESPONSES
from tests.unit.consult.samples import CLINIC, PATIENT, PLAN

AT = datetime(2026, 12, 1, 10, tzinfo=UTC)
EARLIER = AT - timedelta(minutes=3)
RESPONSE = response_of(PLAN)


def heard(event: Message) -> Sequence[Owed]:
    """Return what consult owes when it hears `event`."""
    name = event.DESCRIPTOR.full_name
    delivery = Delivery(
        event_id="e",
        chain_id="c",
        aggregate_id="a",
        version=1,
        type=name,
        body=event.SerializeToString(),
        traceparent=None,
        occurred_at=AT,
    )
    [hearing] = [each for each in HEARINGS if name in each.types]
    assert hearing.source == name.split(".")[1]
    return hearing.owed(delivery)


def obligation(
    treated: datetime | None = None, paid: datetime | None = None, case_id: str | None = None
) -> Owed:
    return Owed(PATIENTS, PATIENT, NoteObligation(PATIENT, AT, treated, paid, case_id))


def test_the_id_of_a_response_is_the_one_that_policies_derive() -> None:
    assert response_of(PLAN) == derived_id("response", PLAN)


def test_a_performed_session_keeps_the_record_and_counts() -> None:
    event = sessions.SessionCompleted(session_id="s", plan_id=PLAN, patient_id=PATIENT)
    event.completed_at.FromDatetime(EARLIER)
    assert heard(event) == [
        obligation(treated=EARLIER),
        Owed(RESPONSES, RESPONSE, CountSession(RESPONSE, PLAN, "s", EARLIER, AT)),
    ]


@pytest.mark.parametrize("kind", [sessions.SessionAborted, sessions.SessionInterrupted])
def test_a_session_that_ended_early_keeps_it_where_anything_was_injected(
    kind: type[sessions.SessionAborted] | type[sessions.SessionInterrupted],
) -> None:
    assert heard(kind(session_id="s", plan_id=PLAN, patient_id=PATIENT)) == []
    given = [scalp_pb2.Injection()]
    event = kind(session_id="s", plan_id=PLAN, patient_id=PATIENT, administrations=given)
    assert heard(event) == [obligation(treated=AT)]


def test_a_payment_keeps_the_record() -> None:
    event = billing.PaymentReceived(patient_id=PATIENT)
    event.received_at.FromDatetime(EARLIER)
    assert heard(event) == [obligation(paid=EARLIER)]


def test_a_serious_case_keeps_the_record_and_another_does_not() -> None:
    assert heard(safety.CaseOpened(case_id="k", patient_id=PATIENT)) == []
    event = safety.CaseOpened(case_id="k", patient_id=PATIENT, serious=True)
    assert heard(event) == [obligation(case_id="k")]


def test_a_measure_is_noted_at_its_plans_response() -> None:
    event = sessions.OutcomeMeasured(
        outcome_id="o",
        patient_id=PATIENT,
        plan_id=PLAN,
        clinic_id=CLINIC,
        outcome=outcome_pb2.Outcome(
            measure=outcome_pb2.MEASURE_SALT_SCORE, value_thousandths=20_000, week=12
        ),
        assessor=outcome_pb2.ASSESSOR_KIND_BLINDED,
    )
    measured = Outcome(Measure.SALT_SCORE, 20_000, 12)
    command = NoteOutcome(RESPONSE, PLAN, "o", measured, AssessorKind.BLINDED, AT)
    assert heard(event) == [Owed(RESPONSES, RESPONSE, command)]


def test_a_merge_is_taken_in_and_everything_follows() -> None:
    event = own.PatientMerged(
        patient_id="duplicate",
        into_patient_id=PATIENT,
        consultation_ids=["c1", "c2"],
        plan_ids=[PLAN],
    )
    assert heard(event) == [
        Owed(PATIENTS, PATIENT, AbsorbPatient(PATIENT, "duplicate", AT)),
        Owed(CONSULTATION, "c1", Repoint("c1", PATIENT, AT)),
        Owed(CONSULTATION, "c2", Repoint("c2", PATIENT, AT)),
        Owed(PLANS, PLAN, Repoint(PLAN, PATIENT, AT)),
        Owed(RESPONSES, RESPONSE, Repoint(RESPONSE, PATIENT, AT)),
    ]


def test_terms_that_came_into_force_are_held_against_every_open_plan() -> None:
    event = own.FormularyApplied(formulary_id="f", plan_ids=["p1", "p2"])
    assert heard(event) == [
        Owed(PLANS, "p1", RecheckPlan("p1", AT)),
        Owed(PLANS, "p2", RecheckPlan("p2", AT)),
    ]


@pytest.mark.parametrize("event", [own.PlanAmended(plan_id=PLAN), own.PlanMoved(plan_id=PLAN)])
def test_a_response_goes_where_its_plan_goes(event: Message) -> None:
    assert heard(event) == [Owed(RESPONSES, RESPONSE, KeepToPlan(RESPONSE, PLAN, AT))]


def test_each_neighbour_is_heard_once() -> None:
    durables = [hearing.durable for hearing in HEARINGS]
    assert sorted(durables) == [
        "consult-on-billing",
        "consult-on-consult",
        "consult-on-safety",
        "consult-on-sessions",
    ]


def test_every_timer_has_its_command() -> None:
    assert set(FIRINGS) == {"apply_formulary", "retry_erasure", "review_response"}
    for aggregate, command in FIRINGS.values():
        made = command("an-id", AT)
        assert getattr(made, f"{aggregate.name}_id") == "an-id"
