"""Consent over all four services: under the text as it is, thought over, and taken back."""

from collections.abc import Awaitable
from typing import TypeVar

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from deploy.demo.client import FRONT_DESK, eventually
from deploy.demo.course import ACTS, account_of, ask_to_start, courses_of
from deploy.demo.intake import accept, signature_of
from deploy.demo.refusals import Refused
from deploy.demo.setting import dated, let_pass, now
from deploy.demo.treatment import Treatment
from deploy.local.stack import Stack
from mesoflow.billing.v1.model_pb2 import Credits
from mesoflow.clinical.v1.scalp_pb2 import Step as Act
from mesoflow.consult.v1.model_pb2 import PlanAmendmentReason
from mesoflow.consult.v1.service_pb2 import (
    AmendPlanRequest,
    GetConsentTextRequest,
    SignConsentRequest,
    WithdrawConsentRequest,
)
from mesoflow.sessions.v1.model_pb2 import CourseState, InterruptionCause, Session, SessionState
from mesoflow.sessions.v1.service_pb2 import (
    BookSessionRequest,
    CompleteSessionRequest,
    GetSessionRequest,
    GetSessionResponse,
    ListCoursesResponse,
    RecordStepRequest,
)
from tests.support.chains import (
    TREATED,
    Chain,
    founded,
    step_named,
    steps_before,
    take,
)

COOLING_OFF_DAYS = 3
DoneT = TypeVar("DoneT")


async def reason_of(asked: Awaitable[DoneT]) -> str:
    """Return why a call is refused."""
    with pytest.raises(Refused) as refused:
        await asked
    return refused.value.reason


async def test_nobody_signs_another_text_and_a_plan_is_accepted_once(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("consent signed"))
        client, plans = chain.client, chain.client.consult.plans
        physician = chain.setting.physician
        read = GetConsentTextRequest(plan_id=patient.plan_id, language="en")
        before = await client.call(plans.GetConsentText, read, physician)
        await amend(patient)
        await take(patient, [step_named("quote received")])
        assert await reason_of(sign(patient, before.text_digest)) == "CONSENT_STALE"
        assert await reason_of(accept(patient)) == "CONSENT_MISSING"
        await take(patient, [step_named("consent signed"), step_named("plan accepted")])
        assert patient.refused is None
        assert await reason_of(accept(patient)) == "PLAN_ALREADY_ACCEPTED"


async def test_the_first_session_waits_for_the_days_to_think_it_over(stack: Stack) -> None:
    async with founded(stack) as chain:
        await ask_for_days(chain)
        patient = await take(chain.patient(TREATED), steps_before("session booked"))
        assert patient.refused is None
        assert await reason_of(book_now(patient)) == "COOLING_OFF"
        await let_pass(chain.client, COOLING_OFF_DAYS)
        await take(patient, [step_named("session booked"), step_named("session started")])
        assert patient.refused is None
        assert await chain.differences(empty={"safety"}) == []


async def test_consent_taken_back_stops_a_running_session(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("steps recorded"))
        await record(patient, ACTS[0])
        request = WithdrawConsentRequest(plan_id=patient.plan_id)
        await chain.client.call(chain.client.consult.plans.WithdrawConsent, request, FRONT_DESK)
        session = await ended(patient)
        assert session.interruption_cause == InterruptionCause.INTERRUPTION_CAUSE_CONSENT_WITHDRAWN
        assert await reason_of(record(patient, ACTS[1])) == "SESSION_CLOSED"
        assert await reason_of(complete(patient)) == "SESSION_CLOSED"
        assert await reason_of(book_now(patient)) == "CONSENT_WITHDRAWN"
        assert await reason_of(accept(patient)) == "CONSENT_WITHDRAWN"
        assert await chain.differences(empty={"safety"}) == []


async def test_consent_taken_back_gives_up_what_was_booked(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("session started"))
        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 1, "the kept credit"
        )
        request = WithdrawConsentRequest(plan_id=patient.plan_id)
        await chain.client.call(chain.client.consult.plans.WithdrawConsent, request, FRONT_DESK)
        session = await ended(patient)
        assert session.interruption_cause == InterruptionCause.INTERRUPTION_CAUSE_CONSENT_WITHDRAWN
        assert not session.HasField("started_at")
        assert await reason_of(ask_to_start(patient)) in ("SESSION_CLOSED", "CONSENT_WITHDRAWN")

        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 0, "the freed credit"
        )
        assert await chain.differences(empty={"safety"}) == []


async def test_a_running_session_of_a_changed_plan_goes_no_further(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("steps recorded"))
        await record(patient, ACTS[0])
        await amend(patient)
        await eventually(lambda: courses_of(patient), suspended, "the suspended course")
        assert await reason_of(record(patient, ACTS[1])) == "COURSE_SUSPENDED"
        await take(patient, [step_named("quote received")])
        await take(patient, [step_named("consent signed"), step_named("plan accepted")])
        assert patient.refused is None
        await eventually(lambda: courses_of(patient), scheduled, "the resumed course")
        await record(patient, ACTS[1])
        assert await chain.differences(empty={"safety"}) == []


async def amend(patient: Treatment) -> None:
    request = AmendPlanRequest(
        plan_id=patient.plan_id,
        reason=PlanAmendmentReason.PLAN_AMENDMENT_REASON_PATIENT_WISH,
        protocol_code=patient.scripted.protocol_code,
        maintenance_protocol_code="MAINT-MONTHLY",
        maintenance_sessions=2,
    )
    plans = patient.client.consult.plans
    await patient.client.call(plans.AmendPlan, request, patient.setting.physician)


async def sign(patient: Treatment, text_digest: bytes) -> None:
    """Sign a text, whatever it is that is to be signed by now."""
    request = SignConsentRequest(
        plan_id=patient.plan_id,
        text_digest=text_digest,
        language="en",
        patient_signature_digest=signature_of(patient.patient_id, patient),
        practitioner_signature_digest=signature_of("physician", patient),
        in_person=True,
        capacity_confirmed=True,
    )
    plans = patient.client.consult.plans
    await patient.client.call(plans.SignConsent, request, patient.setting.physician)


async def ask_for_days(chain: Chain) -> None:
    """Have the chain sign that a patient has some days to think it over."""
    numbers = chain.answers.policy
    for row in numbers.policy.cooling_offs:
        row.days = COOLING_OFF_DAYS
    numbers.policy.effective_from.CopyFrom(dated((await now(chain.client)).date()))
    formulary = chain.client.consult.formulary
    await chain.client.call(formulary.SignPolicy, numbers, chain.setting.clinical_lead)


async def book_now(patient: Treatment) -> None:
    """Ask for the next session as early as room and practitioner are free."""
    starts_at = Timestamp()
    starts_at.FromDatetime(await now(patient.client))
    request = BookSessionRequest(
        course_id=patient.course_id,
        room_id=patient.setting.room_ids[1],
        practitioner_id=patient.setting.physician_id,
        starts_at=starts_at,
        duration_minutes=patient.scripted.session_minutes,
    )
    await patient.client.call(patient.client.sessions.sessions.BookSession, request, FRONT_DESK)


async def record(patient: Treatment, step: Act.ValueType) -> None:
    request = RecordStepRequest(session_id=patient.session_ids[-1], step=step)
    visits = patient.client.sessions.sessions
    await patient.client.call(visits.RecordStep, request, patient.setting.practitioner)


async def complete(patient: Treatment) -> None:
    request = CompleteSessionRequest(session_id=patient.session_ids[-1])
    visits = patient.client.sessions.sessions
    await patient.client.call(visits.CompleteSession, request, patient.setting.practitioner)


async def credits_of(patient: Treatment) -> Credits:
    return (await account_of(patient)).account.credits


async def ended(patient: Treatment) -> Session:
    """Wait until the session is interrupted, or given up."""
    visits = patient.client.sessions.sessions
    request = GetSessionRequest(session_id=patient.session_ids[-1])

    async def read() -> GetSessionResponse:
        return await patient.client.call(visits.GetSession, request, FRONT_DESK)

    def interrupted(reply: GetSessionResponse) -> bool:
        return reply.session.state == SessionState.SESSION_STATE_INTERRUPTED

    return (await eventually(read, interrupted, "the interrupted session")).session


def suspended(reply: ListCoursesResponse) -> bool:
    return reply.courses[0].state == CourseState.COURSE_STATE_SUSPENDED


def scheduled(reply: ListCoursesResponse) -> bool:
    return reply.courses[0].state == CourseState.COURSE_STATE_SCHEDULED
