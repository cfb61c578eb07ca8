"""What consult hears of its neighbours and of itself, and what it then owes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from google.protobuf.message import Message

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.clinical.v1 import outcome_pb2, scalp_pb2
from mesoflow.consult.v1 import events_pb2 as own
from mesoflow.safety.v1 import events_pb2 as safety
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed, OwedToEach
from services.chassis.kernel import derived_id
from services.consult.domain.consultation.events import Event as ConsultationEvent
from services.consult.domain.following import Repoint
from services.consult.domain.formulary.commands import RecheckPlans
from services.consult.domain.formulary.model import formulary_of
from services.consult.domain.patient.commands import AbsorbPatient, NoteObligation, NotePlan
from services.consult.domain.patient.events import Event as PatientEvent
from services.consult.domain.plan.commands import RecheckPlan
from services.consult.domain.response.commands import CountSession, KeepToPlan, NoteOutcome
from services.consult.domain.response.model import (
    AssessorKind,
    Measure,
    Outcome,
    response_of,
)
from services.consult.domain.sharing import ShareRecord
from services.consult.events.consumers import HEARINGS
from services.consult.events.rechecking import Known
from services.consult.events.timers import FIRINGS
from services.consult.handlers.consultation import CONSULTATION as CONSULTATIONS
from services.consult.handlers.formulary import FORMULARY
from services.consult.handlers.patient import PATIENT as PATIENTS
from services.consult.handlers.plan import PLAN as PLANS
from services.consult.handlers.response import RESPONSE as RESPONSES
from tests.unit.consult.samples import CLINIC, CONSULTATION, PATIENT, PLAN

AT = datetime(2026, 12, 1, 10, tzinfo=UTC)
EARLIER = AT - timedelta(minutes=3)
RESPONSE = response_of(PLAN)
MOVED = own.PlanMoved(
    plan_id=PLAN, patient_id=PATIENT, consultation_id=CONSULTATION, clinic_id=CLINIC
)


def heard(event: Message) -> Sequence[Owed | OwedToEach]:
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
        Owed(CONSULTATIONS, "c1", Repoint("c1", PATIENT, AT)),
        Owed(CONSULTATIONS, "c2", Repoint("c2", PATIENT, AT)),
        Owed(PLANS, PLAN, Repoint(PLAN, PATIENT, AT)),
        Owed(RESPONSES, RESPONSE, Repoint(RESPONSE, PATIENT, AT)),
    ]


def test_terms_that_came_into_force_are_held_against_every_open_plan() -> None:
    event = own.FormularyApplied(formulary_id="f", plan_ids=["p1", "p2"])
    assert heard(event) == [
        Owed(PLANS, "p1", RecheckPlan("p1", AT)),
        Owed(PLANS, "p2", RecheckPlan("p2", AT)),
    ]


def test_a_response_goes_where_its_plan_goes() -> None:
    follows = Owed(RESPONSES, RESPONSE, KeepToPlan(RESPONSE, PLAN, AT))
    assert heard(own.PlanAmended(plan_id=PLAN)) == [follows]
    assert heard(MOVED)[-1] == follows


def test_the_clinic_that_a_plan_is_moved_to_reaches_whom_it_is_for_and_why() -> None:
    assert heard(MOVED)[:-1] == [
        Owed(PATIENTS, PATIENT, ShareRecord(PATIENT, AT, CLINIC)),
        Owed(CONSULTATIONS, CONSULTATION, ShareRecord(CONSULTATION, AT, CLINIC)),
    ]


@pytest.mark.parametrize("kind", get_args(Known), ids=lambda kind: str(kind.DESCRIPTOR.name))
def test_what_becomes_known_of_a_patient_is_held_against_each_of_their_plans(
    kind: type[Known],
) -> None:
    [owed] = heard(kind(patient_id=PATIENT))
    assert owed == OwedToEach(PLANS, "patient_id", PATIENT, RecheckPlan)
    assert isinstance(owed, OwedToEach)
    assert owed.to(PLAN, AT) == Owed(PLANS, PLAN, RecheckPlan(PLAN, AT))


def test_the_record_knows_of_its_plan_before_that_is_held_against_it() -> None:
    assert heard(own.PlanProposed(plan_id=PLAN, patient_id=PATIENT)) == [
        Owed(PATIENTS, PATIENT, NotePlan(PATIENT, AT)),
        Owed(PLANS, PLAN, RecheckPlan(PLAN, AT)),
    ]


def test_another_law_of_a_clinic_is_held_against_every_open_plan() -> None:
    formulary = formulary_of("c")
    command = RecheckPlans(formulary, AT)
    assert heard(own.ClinicAmended(clinic_id=CLINIC)) == [Owed(FORMULARY, formulary, command)]


# What changes nothing that a plan's gates rest on: a new patient has no plan, photographs and what
# keeps a record are no reason to stop, and a duplicate's plans are held when it is absorbed.
OF_NO_PLAN = {
    "PatientRegistered",
    "PatientMerged",
    "LegalHoldPlaced",
    "LegalHoldLifted",
    "ObligationNoted",
    # The history says so itself where there is a plan (GroundChanged).
    "HistoryRecorded",
    "PlanNoted",
    "PhotoConsentSigned",
    "PhotoConsentWithdrawn",
    "ConsultationOpened",
}


def test_no_event_of_a_patient_or_consultation_is_forgotten() -> None:
    events = {each.__name__ for each in (*get_args(PatientEvent), *get_args(ConsultationEvent))}
    known = {each.DESCRIPTOR.name for each in get_args(Known)}
    assert known.isdisjoint(OF_NO_PLAN)
    assert known | OF_NO_PLAN == events


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
