"""A plan over the wire: quoted, signed in person, accepted, changed, moved, brought in."""

from dataclasses import dataclass

import pytest
from google.type import date_pb2, money_pb2

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.clinical.v1 import cocktail_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import FormularyServiceStub, PlanServiceStub
from services.consult.reference.loader import reference
from tests.integration.consult.test_formulary import consulted, proposed
from tests.integration.consult.test_review import Surgery, enrolled
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.directory import Directory, founded
from tests.support.eventually import eventually
from tests.support.neighbour import neighbour, said
from tests.support.running import RunningService

ACCEPTED, PROPOSED = model_pb2.PLAN_STATE_ACCEPTED, model_pb2.PLAN_STATE_PROPOSED


@dataclass
class Practice:
    """A patient who is assessed, at a clinic of a chain that has signed its numbers."""

    place: Directory
    surgery: Surgery
    clinic_id: str

    @property
    def service(self) -> RunningService:
        return self.place.service

    @property
    def doctor(self) -> Caller:
        return self.surgery.doctor

    @property
    def plans(self) -> PlanServiceStub:
        return PlanServiceStub(self.service.channel)

    async def plan(self, plan_id: str) -> model_pb2.Plan:
        request = pb.GetPlanRequest(plan_id=plan_id)
        return (await self.doctor.call(self.plans.GetPlan, request)).plan

    async def quote(self, plan_id: str, amends_quote_id: str | None = None) -> str:
        """Have billing quote the plan, and wait until it has the quote."""
        quote = billing.QuoteIssued(quote_id=new_id(), plan_id=plan_id, sessions=10)
        if amends_quote_id:
            quote.amends_quote_id = amends_quote_id
        for field in ("total", "deposit", "total_12_months", "total_24_months"):
            getattr(quote, field).CopyFrom(money_pb2.Money(currency_code="GBP", units=900))
        quote.valid_until.FromDatetime(self.service.clock.now().replace(year=2099))
        async with neighbour(self.service.servers, "billing") as spoken:
            await spoken.say(said(quote, chain=self.doctor.chain))

        async def attached() -> bool:
            return (await self.plan(plan_id)).quote.quote_id == quote.quote_id

        await eventually(attached)
        return quote.quote_id

    async def sign(self, plan_id: str, who: Caller | None = None) -> pb.SignConsentResponse:
        """Read the text and sign what it says."""
        by = who or self.doctor
        asked = pb.GetConsentTextRequest(plan_id=plan_id, language="en")
        text = await by.call(self.plans.GetConsentText, asked)
        request = pb.SignConsentRequest(
            request_id=new_id(),
            plan_id=plan_id,
            text_digest=text.text_digest,
            language="en",
            patient_signature_digest=b"\1" * 32,
            practitioner_signature_digest=b"\2" * 32,
            in_person=True,
            capacity_confirmed=True,
        )
        return await by.call(self.plans.SignConsent, request)

    async def accept(self, plan_id: str) -> pb.AcceptPlanResponse:
        request = pb.AcceptPlanRequest(request_id=new_id(), plan_id=plan_id)
        return await self.doctor.call(self.plans.AcceptPlan, request)

    async def amend(self, plan_id: str) -> pb.AmendPlanResponse:
        request = pb.AmendPlanRequest(
            request_id=new_id(),
            plan_id=plan_id,
            reason=model_pb2.PLAN_AMENDMENT_REASON_RESPONSE,
            protocol_code="MNX-WEEKLY-10",
            maintenance_protocol_code="MAINT-MONTHLY",
            maintenance_sessions=3,
        )
        return await self.doctor.call(self.plans.AmendPlan, request)

    def course(self, reference_code: str) -> pb.ImportPlanRequest:
        """Return a course of another system with four sessions done."""
        cocktail = cocktail_pb2.Cocktail(
            source=cocktail_pb2.PREPARATION_SOURCE_PHARMACY_COMPOUNDED_LOT,
            volume_microlitres=1_000,
        )
        cocktail.components.add(ingredient_code="minoxidil", dose_micrograms=4_000)
        last = date_pb2.Date(year=2026, month=1, day=5)
        return pb.ImportPlanRequest(
            request_id=new_id(),
            patient_id=self.surgery.patient_id,
            consultation_id=self.surgery.consultation_id,
            clinic_id=self.clinic_id,
            goals=[cocktail_pb2.GOAL_STIMULATION],
            cocktail=cocktail,
            protocol_code="MNX-WEEKLY-10",
            imported=model_pb2.PlanImport(
                system_code="OLD",
                external_reference_code=reference_code,
                sessions_performed=4,
                last_performed_on=last,
            ),
        )


async def signed_numbers(consult: RunningService, doctor: Caller) -> None:
    """Have the chain sign its numbers: those of this test, and of nobody else."""
    today = consult.clock.now().date()
    day = date_pb2.Date(year=today.year, month=today.month, day=today.day)
    policy = model_pb2.Policy(effective_from=day, screening_valid_days=7)
    policy.cooling_offs.add(jurisdiction_code="GB", days=3)
    lead = consult.caller("clinical_lead", practitioner_id=doctor.practitioner_id)
    stub = FormularyServiceStub(consult.channel)
    await lead.call(stub.SignPolicy, pb.SignPolicyRequest(request_id=new_id(), policy=policy))


@pytest.fixture
async def practice(consult: RunningService) -> Practice:
    place = await founded(consult)
    clinic_id = (await place.opened()).clinic_id
    doctor = await enrolled(place, clinic_id, model_pb2.PROFESSION_PHYSICIAN)
    surgery = await consulted(place, doctor, clinic_id)
    await signed_numbers(consult, doctor)
    await surgery.find()
    await surgery.answer()
    await surgery.assess()
    return Practice(place, surgery, clinic_id)


async def test_a_plan_is_accepted_changed_and_accepted_again(practice: Practice) -> None:
    plan_id = await proposed(practice.surgery, practice.clinic_id)
    quote_id = await practice.quote(plan_id)
    await practice.sign(plan_id)
    assert (await practice.accept(plan_id)).state == ACCEPTED
    assert (await practice.amend(plan_id)).state == PROPOSED
    plan = await practice.plan(plan_id)
    assert [terms.quote.quote_id for terms in plan.earlier_terms] == [quote_id]
    assert plan.consent.HasField("voided_at")
    assert len(plan.protocol.windows) == 13
    assert (await refusal(practice.sign(plan_id))).reason == "QUOTE_MISSING"
    await practice.quote(plan_id, amends_quote_id=quote_id)
    assert (await refusal(practice.accept(plan_id))).reason == "CONSENT_STALE"
    await practice.sign(plan_id)
    assert (await practice.accept(plan_id)).state == ACCEPTED


async def test_what_goes_beside_the_sessions_is_named_kept_and_taken_off(
    practice: Practice,
) -> None:
    plan_id = await proposed(practice.surgery, practice.clinic_id)
    quote_id = await practice.quote(plan_id)

    async def amended(said: pb.AmendPlanRequest) -> list[str]:
        """Return the therapies of the plan after such a change."""
        said.request_id, said.plan_id = new_id(), plan_id
        said.reason = model_pb2.PLAN_AMENDMENT_REASON_PATIENT_WISH
        await practice.doctor.call(practice.plans.AmendPlan, said)
        return list((await practice.plan(plan_id)).supplementary_therapy_codes)

    code = reference().therapies.therapies[0].therapy_code
    named = pb.AmendPlanRequest(supplementary_therapy_codes=[code])
    assert await amended(named) == [code]
    quote_id = await practice.quote(plan_id, amends_quote_id=quote_id)
    assert await amended(pb.AmendPlanRequest()) == [code]
    await practice.quote(plan_id, amends_quote_id=quote_id)
    named.without_supplementary_therapies = True
    assert (await refusal(amended(named))).status == "INVALID_ARGUMENT"
    assert await amended(pb.AmendPlanRequest(without_supplementary_therapies=True)) == []


async def test_a_plan_moves_and_somebody_there_takes_it_on(practice: Practice) -> None:
    plan_id = await proposed(practice.surgery, practice.clinic_id)
    await practice.quote(plan_id)
    await practice.sign(plan_id)
    elsewhere = (await practice.place.opened()).clinic_id
    move = pb.MovePlanRequest(request_id=new_id(), plan_id=plan_id, clinic_id=elsewhere)
    await practice.place.desk.call(practice.plans.MovePlan, move)
    refused = await refusal(practice.accept(plan_id))
    assert refused == Refusal("FAILED_PRECONDITION", "RESPONSIBLE_PRACTITIONER_REQUIRED")
    there = await enrolled(practice.place, elsewhere, model_pb2.PROFESSION_PHYSICIAN)
    request = pb.SignResponsibilityRequest(
        request_id=new_id(), plan_id=plan_id, practitioner_signature_digest=b"\3" * 32
    )
    assert (await refusal(practice.doctor.call(practice.plans.SignResponsibility, request))) == (
        refused
    )
    request.request_id = new_id()
    await there.call(practice.plans.SignResponsibility, request)
    assert (await practice.accept(plan_id)).state == ACCEPTED
    plan = await practice.plan(plan_id)
    assert (plan.clinic_id, plan.practitioner_id) == (elsewhere, there.practitioner_id)


async def test_a_course_of_another_system_comes_in_once(practice: Practice) -> None:
    stub, doctor = practice.plans, practice.doctor
    answer = await doctor.call(stub.ImportPlan, practice.course("4711"))
    assert len((await practice.plan(answer.plan_id)).protocol.windows) == 6
    again = await refusal(doctor.call(stub.ImportPlan, practice.course("4711")))
    assert again == Refusal("ALREADY_EXISTS", "PLAN_ALREADY_IMPORTED")
    mistaken = pb.WithdrawPlanRequest(
        request_id=new_id(),
        plan_id=answer.plan_id,
        reason=model_pb2.PLAN_WITHDRAWAL_REASON_ENTERED_IN_ERROR,
    )
    await doctor.call(stub.WithdrawPlan, mistaken)
    await doctor.call(stub.ImportPlan, practice.course("4711"))


async def test_plans_are_listed_by_their_flag(practice: Practice) -> None:
    plan_id = await proposed(practice.surgery, practice.clinic_id)

    async def listed(flagged: bool) -> list[str]:
        request = pb.ListPlansRequest(flagged=flagged)
        found = await practice.doctor.call(practice.plans.ListPlans, request)
        return [plan.plan_id for plan in found.plans]

    assert (await listed(False), await listed(True)) == ([plan_id], [])
