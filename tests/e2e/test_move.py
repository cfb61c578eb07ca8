"""A plan is carried out at another clinic of the chain: the patient's signature stands."""

from dataclasses import replace
from typing import Any

import pytest

from deploy.demo.client import (
    BILLING,
    CHAIN_ADMIN,
    FRONT_DESK,
    Method,
    Speaker,
    eventually,
)
from deploy.demo.course import account_of, ask_to_start, complete, courses_of, perform
from deploy.demo.intake import signature_of
from deploy.demo.refusals import Refused
from deploy.demo.setting import Setting
from deploy.demo.treatment import Treatment
from deploy.local.stack import Stack
from mesoflow.billing.v1.service_pb2 import GetInvoiceRequest
from mesoflow.consult.v1.service_pb2 import (
    AddRoomRequest,
    AmendPractitionerRequest,
    AssessSuitabilityRequest,
    GetConsultationRequest,
    GetPatientRequest,
    GetPlanRequest,
    GetResponseRequest,
    MovePlanRequest,
    RecordHistoryRequest,
    SignResponsibilityRequest,
)
from mesoflow.sessions.v1.model_pb2 import AbortReason, InterruptionCause
from mesoflow.sessions.v1.service_pb2 import (
    AbortSessionRequest,
    GetSessionRequest,
    ListCoursesResponse,
)
from tests.e2e.test_consent import credits_of, ended
from tests.support.chains import TREATED, Chain, founded, step_named, steps_before, take


async def test_a_moved_course_waits_for_who_answers_for_it_there(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("lot received"))
        elsewhere = await opened_elsewhere(chain)
        await move(patient, elsewhere)
        patient.setting = elsewhere
        await take(patient, [step_named("lot received"), step_named("session booked")])
        assert patient.refused is None
        with pytest.raises(Refused) as refused:
            await ask_to_start(patient)
        assert refused.value.reason == "RESPONSIBLE_SIGNATURE_MISSING"

        await take_on(patient)
        await take(patient, [step_named("session started")])
        assert patient.refused is None
        client, plans = chain.client, chain.client.consult.plans
        read = GetPlanRequest(plan_id=patient.plan_id)
        plan = (await client.call(plans.GetPlan, read, FRONT_DESK)).plan
        assert plan.consent.text_digest == patient.consent_digest
        assert not plan.consent.HasField("voided_at")
        assert plan.responsible_signed
        assert await chain.differences(empty={"safety"}) == []


async def test_what_is_booked_where_the_course_was_is_given_up(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("session started"))
        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 1, "the kept credit"
        )
        elsewhere = await opened_elsewhere(chain)
        await move(patient, elsewhere)
        session = await ended(patient)
        assert session.interruption_cause == InterruptionCause.INTERRUPTION_CAUSE_COURSE_MOVED
        assert not session.HasField("started_at")
        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 0, "the freed credit"
        )
        # Its number, its practitioner and its time are free again.
        patient.setting = elsewhere
        await take(patient, [step_named("session booked")])
        assert patient.refused is None
        assert await chain.differences(empty={"safety"}) == []


async def test_a_running_session_ends_where_it_began(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("steps recorded"))
        await move(patient, await opened_elsewhere(chain))
        await perform(patient)
        await complete(patient)
        await eventually(
            lambda: courses_of(patient),
            lambda reply: reply.courses[0].sessions_completed == 1,
            "the performed session",
        )
        assert await chain.differences(empty={"safety"}) == []


async def test_the_new_clinic_reaches_the_patient_and_what_was_done(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("weeks passed"))
        other = await take(chain.patient(TREATED), steps_before("plan proposed"))
        elsewhere = await opened_elsewhere(chain)
        there = (elsewhere.clinic_id,)
        physician = replace_clinics(elsewhere.physician, there)
        reads = reads_of(patient)
        assert await refusals_of(patient, physician, reads) == ["NOT_FOUND"] * len(reads)

        await move(patient, elsewhere)
        await eventually(
            lambda: refusals_of(patient, physician, reads),
            lambda refusals: not refusals,
            "what the new clinic reaches",
        )
        assert await refusals_of(other, physician, reads_of(other)) != []
        client, patients = chain.client, chain.client.consult.patients
        tell = RecordHistoryRequest(patient_id=patient.patient_id, history=patient.scripted.history)
        await client.call(patients.RecordHistory, tell, physician)
        assess = AssessSuitabilityRequest(consultation_id=patient.consultation_id)
        await client.call(client.consult.consultations.AssessSuitability, assess, physician)
        # What was done at the other clinic is read, and is not the new one's to end.
        abort = AbortSessionRequest(
            session_id=patient.session_ids[0], reason=AbortReason.ABORT_REASON_EQUIPMENT
        )
        with pytest.raises(Refused) as refused:
            await client.call(client.sessions.sessions.AbortSession, abort, physician)
        assert refused.value.reason == "CLINIC_FORBIDDEN"
        assert await chain.differences(empty={"safety"}) == []


def replace_clinics(by: Speaker, clinics: tuple[str, ...]) -> Speaker:
    """Return somebody whose token is limited to these clinics."""
    return by._replace(clinics=clinics)


Read = tuple[Method[Any, Any], Any]


def reads_of(patient: Treatment) -> list[Read]:
    """Return what somebody who goes on with a treatment has to read."""
    consult, sessions = patient.client.consult, patient.client.sessions
    reads: list[Read] = [
        (consult.patients.GetPatient, GetPatientRequest(patient_id=patient.patient_id)),
        (
            consult.consultations.GetConsultation,
            GetConsultationRequest(consultation_id=patient.consultation_id),
        ),
    ]
    if patient.session_ids:
        (plan_id, [session_id]) = (patient.plan_id, patient.session_ids)
        reads += [
            (consult.responses.GetResponse, GetResponseRequest(plan_id=plan_id)),
            (sessions.sessions.GetSession, GetSessionRequest(session_id=session_id)),
        ]
    return reads


async def refusals_of(patient: Treatment, by: Speaker, reads: list[Read]) -> list[str]:
    """Return the status with which each read is refused, of those that are."""
    found = []
    for method, request in reads:
        try:
            await patient.client.call(method, request, by)
        except Refused as refusal:
            found.append(refusal.status.name)
    return found


async def move(patient: Treatment, elsewhere: Setting) -> None:
    """Move the plan; its course, its account and its invoice follow."""
    request = MovePlanRequest(plan_id=patient.plan_id, clinic_id=elsewhere.clinic_id)
    await patient.client.call(patient.client.consult.plans.MovePlan, request, CHAIN_ADMIN)

    def moved(reply: ListCoursesResponse) -> bool:
        return reply.courses[0].clinic_id == elsewhere.clinic_id

    await eventually(lambda: courses_of(patient), moved, "the moved course")
    await eventually(
        lambda: account_of(patient),
        lambda reply: reply.account.clinic_id == elsewhere.clinic_id,
        "the moved account",
    )
    read = GetInvoiceRequest(invoice_id=patient.invoice_id)
    invoices = patient.client.billing.invoices
    await eventually(
        lambda: patient.client.call(invoices.GetInvoice, read, BILLING),
        lambda reply: reply.invoice.clinic_id == elsewhere.clinic_id,
        "the moved invoice",
    )


async def take_on(patient: Treatment) -> None:
    """Have the physician answer for the plan at the clinic where it is now."""
    sign = SignResponsibilityRequest(
        plan_id=patient.plan_id, practitioner_signature_digest=signature_of("there", patient)
    )
    plans = patient.client.consult.plans
    await patient.client.call(plans.SignResponsibility, sign, patient.setting.physician)
    await eventually(
        lambda: courses_of(patient),
        lambda reply: not reply.courses[0].awaits_responsible,
        "the course that is taken on",
    )


async def opened_elsewhere(chain: Chain) -> Setting:
    """Open another clinic with a room, where both of those who treat work as well."""
    client, directory = chain.client, chain.client.consult.directory
    opening = chain.answers.clinic
    opening.clinic_code = "ELSEWHERE"
    clinic = await client.call(directory.OpenClinic, opening, CHAIN_ADMIN)
    room = await client.call(
        directory.AddRoom, AddRoomRequest(clinic_id=clinic.clinic_id, room_code="R1"), CHAIN_ADMIN
    )
    for practitioner_id in (chain.setting.physician_id, chain.setting.practitioner_id):
        both = AmendPractitionerRequest(
            practitioner_id=practitioner_id,
            clinic_ids=[chain.setting.clinic_id, clinic.clinic_id],
        )
        await client.call(directory.AmendPractitioner, both, CHAIN_ADMIN)
    return replace(chain.setting, clinic_id=clinic.clinic_id, room_ids=(room.room_id,))
