"""A plan is carried out at another clinic of the chain: the patient's signature stands."""

from dataclasses import replace

import pytest

from deploy.demo.client import BILLING, CHAIN_ADMIN, FRONT_DESK, eventually
from deploy.demo.course import account_of, ask_to_start, courses_of
from deploy.demo.intake import signature_of
from deploy.demo.refusals import Refused
from deploy.demo.setting import Setting
from deploy.demo.treatment import Treatment
from deploy.local.stack import Stack
from mesoflow.billing.v1.service_pb2 import GetInvoiceRequest
from mesoflow.consult.v1.service_pb2 import (
    AddRoomRequest,
    AmendPractitionerRequest,
    GetPlanRequest,
    MovePlanRequest,
    SignResponsibilityRequest,
)
from mesoflow.sessions.v1.service_pb2 import ListCoursesResponse
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
