"""The trace edges of one journey, asynchronous ones too, and no word of a patient anywhere."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.demo.client import CHAIN_ADMIN, FRONT_DESK
from deploy.demo.intake import identity_of
from deploy.demo.refusals import Refused
from deploy.demo.soundness import watched
from deploy.demo.treatment import Treatment
from deploy.local.stack import SERVICES, Stack
from mesoflow.common.v1.feed_pb2 import WatchEvent
from mesoflow.consult.v1 import model_pb2 as consult_model
from mesoflow.consult.v1 import service_pb2 as consult
from mesoflow.consult.v1.model_pb2 import PlanWithdrawalReason
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import service_pb2 as sessions
from tests.e2e.canaries import (
    CANARY,
    PERSON,
    CanaryClient,
    files_with,
    sensitive_fields,
    tables_with,
)
from tests.e2e.spans import Spans
from tests.support.chains import REVIEWED, TREATED, Chain, founded, steps_before, take
from tests.support.eventually import eventually

PLAN, PAYMENT = "mesoflow.consult.v1.PlanService", "mesoflow.billing.v1.PaymentService"
CLEARANCE = "mesoflow.safety.v1.ClearanceService"
SESSION = "mesoflow.sessions.v1.SessionService"
PROPOSED = ["consult: handle ProposePlan", f"consult: {PLAN}/ProposePlan"]
ACCEPTED = ["consult: handle AcceptPlan", f"consult: {PLAN}/AcceptPlan"]
PAID = ["billing: handle RecordPayment", f"billing: {PAYMENT}/RecordPayment"]
BOOKED = ["sessions: handle BookSession", f"sessions: {SESSION}/BookSession"]
COMPLETED = ["sessions: handle CompleteSession", f"sessions: {SESSION}/CompleteSession"]
REPORTED = [
    "sessions: handle ReportReaction",
    "sessions: mesoflow.sessions.v1.ReactionService/ReportReaction",
]
HELD = ["safety: handle PlaceHold", "safety: mesoflow.safety.v1.HoldService/PlaceHold"]
LIFTED = ["safety: handle LiftHold", "safety: mesoflow.safety.v1.HoldService/LiftHold"]
# From the span that each event was recorded in, up to the call that began it all.
LINEAGES = {
    "consult.v1.PlanProposed": PROPOSED,
    "billing.v1.QuoteIssued": ["billing: process CONSULT", *PROPOSED],
    "consult.v1.QuoteAttached": ["consult: process BILLING", "billing: process CONSULT", *PROPOSED],
    "consult.v1.PlanAccepted": ACCEPTED,
    "sessions.v1.CourseOpened": ["sessions: process CONSULT", *ACCEPTED],
    "billing.v1.AccountOpened": ["billing: process CONSULT", *ACCEPTED],
    "billing.v1.InvoiceIssued": [
        "billing: process SESSIONS",
        "sessions: process CONSULT",
        *ACCEPTED,
    ],
    "billing.v1.DepositPaid": PAID,
    "sessions.v1.CourseScheduled": ["sessions: process BILLING", *PAID],
    "sessions.v1.SessionBooked": BOOKED,
    "billing.v1.CreditReserved": ["billing: process SESSIONS", *BOOKED],
    "sessions.v1.SessionCompleted": COMPLETED,
    "billing.v1.CreditPosted": ["billing: process SESSIONS", *COMPLETED],
    "billing.v1.RevenueRecognised": ["billing: process SESSIONS", *COMPLETED],
    "safety.v1.ExposureRecorded": ["safety: process SESSIONS", *COMPLETED],
    "consult.v1.ResponseOpened": ["consult: process SESSIONS", *COMPLETED],
    "sessions.v1.ReactionObserved": REPORTED,
    "safety.v1.CaseOpened": ["safety: process SESSIONS", *REPORTED],
    "safety.v1.HoldPlaced": HELD,
    "sessions.v1.HoldApplied": ["sessions: process SAFETY", *HELD],
    "safety.v1.HoldLifted": LIFTED,
    "sessions.v1.HoldReleased": ["sessions: process SAFETY", *LIFTED],
}


@dataclass(frozen=True)
class Told:
    """A journey that is over and at rest, of a patient whose every text is a canary."""

    stack: Stack
    chain: Chain
    patient: Treatment
    events: list[WatchEvent]

    @property
    def spans(self) -> Spans:
        return Spans(self.stack.folder)

    @property
    def canaries(self) -> CanaryClient:
        assert isinstance(self.chain.client, CanaryClient)
        return self.chain.client


@pytest.fixture
async def told(stack: Stack) -> AsyncIterator[Told]:
    async with founded(stack, CanaryClient) as chain:
        patient = await take(chain.patient(TREATED, PERSON))
        assert await chain.differences(patient) == []
        events = [event for name in SERVICES for event in await watched(chain.client, name)]
        yield Told(stack, chain, patient, events)


async def test_each_event_is_sent_and_heard_in_the_trace_it_was_recorded_in(told: Told) -> None:
    assert await left_of(lambda: told.spans.broken_edges(told.events)) == []


async def test_a_trace_leads_from_each_effect_back_to_the_call_that_began_it(told: Told) -> None:
    def wrong() -> list[str]:
        spans = told.spans
        return [
            f"{event.type}: {lineage}"
            for event in told.events
            if (wanted := LINEAGES.get(event.type.removeprefix("mesoflow.")))
            and (lineage := spans.lineage(event)) != wanted
        ]

    assert LINEAGES.keys() <= {event.type.removeprefix("mesoflow.") for event in told.events}
    assert await left_of(wrong) == []


async def test_the_question_to_safety_is_a_child_of_the_start_that_asks_it(told: Told) -> None:
    started = [e for e in told.events if e.type == "mesoflow.sessions.v1.SessionStarted"]

    def unasked() -> list[str]:
        spans = told.spans
        asked = {
            (span.trace_id, span.parent_id)
            for span in spans.named(f"{CLEARANCE}/CheckClearance")
            if (span.service, span.kind) == ("safety", "SERVER")
        }
        handled = [spans.creation(event) for event in started]
        calls = [spans.by_id.get(span.parent_id or "") if span else None for span in handled]
        return [
            call.label if call else "no start"
            for call in calls
            if call is None
            or call.label != f"sessions: {SESSION}/StartSession"
            or (call.trace_id, call.span_id) not in asked
        ]

    assert len(started) == len(told.patient.session_ids)
    assert await left_of(unasked) == []


async def write_everything_else(told: Told) -> None:
    """Write what the journey of a treated patient does not."""
    client, chain = told.chain.client, told.chain
    patient = await take(chain.patient(REVIEWED, PERSON), steps_before("cocktail checked"))
    assert patient.done[-1] == "review signed"
    patients, identity = client.consult.patients, identity_of(PERSON)
    amend = consult.AmendPatientRequest(patient_id=patient.patient_id, identity=identity)
    await client.call(patients.AmendPatient, amend, FRONT_DESK)
    place = consult.PlaceLegalHoldRequest(patient_id=patient.patient_id)
    await client.call(patients.PlaceLegalHold, place, CHAIN_ADMIN)
    for find in (
        consult.FindPatientsRequest(full_name=PERSON.full_name, birth_date=identity.birth_date),
        consult.FindPatientsRequest(phone_number=PERSON.phone_number),
        consult.FindPatientsRequest(email_address=PERSON.email_address),
    ):
        found = await client.call(patients.FindPatients, find, FRONT_DESK)
        ids = {each.patient_id for each in found.patients}
        assert ids == {patient.patient_id, told.patient.patient_id}
    plan = consult.WithdrawPlanRequest(
        plan_id=told.patient.plan_id,
        reason=PlanWithdrawalReason.PLAN_WITHDRAWAL_REASON_PATIENT_WISH,
    )
    await client.call(client.consult.plans.WithdrawPlan, plan, chain.setting.physician)


async def test_no_text_of_a_patient_is_anywhere_but_sealed(told: Told) -> None:
    await write_everything_else(told)
    assert told.canaries.written == sensitive_fields(consult, sessions, safety)
    assert await told.chain.differences() == []

    assert tables_with(told.stack, CANARY) == []
    assert files_with(told.stack.folder, CANARY) == []
    # The birth date, as JSON and logs would spell it.
    assert PERSON.birth_date is not None
    assert tables_with(told.stack, PERSON.birth_date.isoformat()) == []
    assert files_with(told.stack.folder, PERSON.birth_date.isoformat()) == []
    # What is searched does hold what may be there.
    assert "consult chassis.journal" in tables_with(told.stack, told.patient.patient_id)
    kept = files_with(told.stack.folder, told.patient.session_ids[0])
    assert {Path(path).parts[0] for path in kept} >= {"nats", "postgres"}
    assert "traces/consult.jsonl" in files_with(told.stack.folder, "handle ProposePlan")
    assert "logs/consult.log" in files_with(told.stack.folder, "serving")


async def test_a_refusal_does_not_repeat_what_was_typed(told: Told) -> None:
    request = consult.RegisterPatientRequest(
        clinic_id=told.chain.setting.clinic_id,
        identity=consult_model.Identity(full_name=CANARY * 100),
    )
    client = told.chain.client
    with pytest.raises(Refused) as refused:
        await client.call(client.consult.patients.RegisterPatient, request, FRONT_DESK)
    assert refused.value.reason == "REQUEST_INVALID"
    assert "identity.full_name" in {each.subject for each in refused.value.violations}
    assert CANARY not in f"{refused.value} {refused.value.violations}"


async def left_of(wrong: Callable[[], list[str]]) -> list[str]:
    """Return what is still wrong once every span had the time to be written."""
    with contextlib.suppress(AssertionError):
        await eventually(lambda: not wrong())
    return wrong()
