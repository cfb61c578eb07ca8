"""A chain's formulary over the wire: read, signed, and held against open plans on its day."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from google.type import date_pb2

from mesoflow.clinical.v1 import answer_pb2, cocktail_pb2, patient_pb2, suitability_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import (
    ConsultationServiceStub,
    FormularyServiceStub,
    PatientServiceStub,
    PlanServiceStub,
)
from services.consult.domain.formulary.reference import IngredientClass
from services.consult.reference.loader import reference
from tests.integration.consult.test_review import Surgery, enrolled
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.directory import Directory, founded
from tests.support.eventually import eventually
from tests.support.running import RunningService

FILES = reference().formulary.version
OFF_LABEL = model_pb2.INGREDIENT_STATUS_OFF_LABEL
BLOCKED = model_pb2.INGREDIENT_STATUS_BLOCKED
NO = answer_pb2.ANSWER_NO


@dataclass
class Practice:
    """A chain whose clinical lead signs, and a patient there with a plan."""

    service: RunningService
    lead: Caller
    doctor: Caller
    plan_id: str

    @property
    def formulary(self) -> FormularyServiceStub:
        return FormularyServiceStub(self.service.channel)

    def day(self, ahead: int = 0) -> date:
        return self.service.clock.now().date() + timedelta(days=ahead)

    async def sign(
        self, status: model_pb2.IngredientStatus.ValueType, ahead: int = 0
    ) -> pb.SignIngredientResponse:
        """Sign terms of minoxidil that hold from so many days ahead on."""
        terms = model_pb2.IngredientTerms(
            ingredient_code="minoxidil",
            evidence=model_pb2.EVIDENCE_LEVEL_SMALL_TRIALS,
            sterile_products=1,
        )
        terms.statuses.add(status=status, source_codes=["SOP-7"])
        terms.limits.add(max_dose_micrograms=4_000, source_codes=["SOP-7"])
        request = pb.SignIngredientRequest(
            request_id=new_id(),
            terms=terms,
            effective_from=stated(self.day(ahead)),
            source_codes=["SOP-7"],
        )
        return await self.lead.call(self.formulary.SignIngredient, request)

    async def ingredient(self, who: Caller | None = None) -> model_pb2.Ingredient:
        request = pb.GetIngredientRequest(ingredient_code="minoxidil")
        reply = await (who or self.doctor).call(self.formulary.GetIngredient, request)
        return reply.ingredient

    async def recheck(self) -> pb.RecheckPlansResponse:
        request = pb.RecheckPlansRequest(request_id=new_id())
        return await self.lead.call(self.formulary.RecheckPlans, request, seconds=5.0)

    async def flags(self) -> list[str]:
        request = pb.GetPlanRequest(plan_id=self.plan_id)
        stub = PlanServiceStub(self.service.channel)
        return list((await self.doctor.call(stub.GetPlan, request)).plan.flag_codes)

    async def flagged(self, *expected: str) -> None:
        """Wait until the plan has these flags."""

        async def has_them() -> bool:
            return await self.flags() == list(expected)

        await eventually(has_them)

    async def applied(self, version: str) -> None:
        """Wait until the open plans have been held against `version`."""
        statement = "SELECT state ->> 'applied_version' FROM public.formulary"

        async def is_applied() -> bool:
            return await self.service.database.value(statement) == version

        await eventually(is_applied)


def stated(day: date) -> date_pb2.Date:
    """Return a day as it is sent."""
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


async def consulted(place: Directory, doctor: Caller, clinic_id: str) -> Surgery:
    """Return an open consultation with a patient whose history is known."""
    service, patient_id = place.service, await place.registered(clinic_id)
    history = patient_pb2.History(pregnant=NO, breastfeeding=NO)
    told = pb.RecordHistoryRequest(request_id=new_id(), patient_id=patient_id, history=history)
    await doctor.call(PatientServiceStub(service.channel).RecordHistory, told)
    opening = pb.OpenConsultationRequest(
        request_id=new_id(), patient_id=patient_id, clinic_id=clinic_id
    )
    opened = await doctor.call(ConsultationServiceStub(service.channel).OpenConsultation, opening)
    return Surgery(service, doctor, patient_id, opened.consultation_id)


async def proposed(surgery: Surgery, clinic_id: str) -> str:
    """Return the id of a plan with the most of minoxidil that the files allow."""
    cocktail = cocktail_pb2.Cocktail(
        source=cocktail_pb2.PREPARATION_SOURCE_PHARMACY_COMPOUNDED_LOT, volume_microlitres=1_000
    )
    cocktail.components.add(ingredient_code="minoxidil", dose_micrograms=4_000)
    request = pb.ProposePlanRequest(
        request_id=new_id(),
        patient_id=surgery.patient_id,
        consultation_id=surgery.consultation_id,
        clinic_id=clinic_id,
        goals=[cocktail_pb2.GOAL_STIMULATION],
        cocktail=cocktail,
        protocol_code="MNX-WEEKLY-10",
    )
    stub = PlanServiceStub(surgery.service.channel)
    return (await surgery.doctor.call(stub.ProposePlan, request)).plan_id


@pytest.fixture
async def practice(consult: RunningService) -> Practice:
    """A plan that is proposed, in a chain that has signed its numbers and nothing else."""
    place = await founded(consult)
    clinic_id = (await place.opened()).clinic_id
    doctor = await enrolled(place, clinic_id, model_pb2.PROFESSION_PHYSICIAN)
    surgery = await consulted(place, doctor, clinic_id)
    await surgery.sign_policy()
    await surgery.find()
    await surgery.answer()
    await surgery.assess()
    lead = consult.caller("clinical_lead", practitioner_id=doctor.practitioner_id)
    return Practice(consult, lead, doctor, await proposed(surgery, clinic_id))


async def test_a_signed_change_flags_a_plan_on_its_day_and_another_clears_it(
    practice: Practice,
) -> None:
    signed = await practice.sign(BLOCKED, ahead=3)
    assert signed.formulary_version == f"{FILES}+2"
    assert (await practice.recheck()).formulary_version == f"{FILES}+1"
    assert await practice.flags() == []
    practice.service.clock.advance(days=3)
    await practice.flagged("INGREDIENT_BLOCKED/minoxidil")
    await practice.sign(OFF_LABEL)
    await practice.flagged()


async def test_what_is_signed_for_today_reaches_the_plans_today(practice: Practice) -> None:
    await practice.sign(BLOCKED)
    await practice.flagged("INGREDIENT_BLOCKED/minoxidil")
    await practice.applied(f"{FILES}+2")


async def test_a_plan_that_is_being_decided_of_holds_up_no_application_and_is_not_missed(
    practice: Practice,
) -> None:
    """Who decides of a plan holds the plan, and then the formulary: so neither waits for ever."""
    async with practice.service.database.connected() as connection, connection.transaction():
        await connection.execute("SELECT FROM public.plan FOR UPDATE")
        await practice.sign(BLOCKED)
        await practice.applied(f"{FILES}+2")
        assert (await practice.recheck()).formulary_version == f"{FILES}+2"
    await practice.flagged("INGREDIENT_BLOCKED/minoxidil")


async def test_the_chain_sees_its_own_rows_and_no_other_chain_does(practice: Practice) -> None:
    await practice.sign(OFF_LABEL)
    own = await practice.ingredient()
    assert own.signed_by_code == practice.lead.practitioner_id
    assert [limit.max_dose_micrograms for limit in own.limits] == [4_000]
    stranger = practice.service.caller("physician", chain=new_id())
    theirs = await practice.ingredient(stranger)
    assert theirs.signed_by_code != practice.lead.practitioner_id


async def test_a_later_day_is_not_yet_shown(practice: Practice) -> None:
    before = await practice.ingredient()
    await practice.sign(BLOCKED, ahead=1)
    assert await practice.ingredient() == before
    practice.service.clock.advance(days=1)
    assert await practice.ingredient() != before


async def test_numbers_are_read_by_who_needs_them_once_they_are_signed(
    practice: Practice,
) -> None:
    found = await practice.doctor.call(practice.formulary.GetPolicy, pb.GetPolicyRequest())
    assert found.policy.screening_valid_days == 7
    assert not found.policy.HasField("retention_days")
    assert found.formulary_version == f"{FILES}+1"
    stranger = practice.service.caller("physician", chain=new_id())
    asked = stranger.call(practice.formulary.GetPolicy, pb.GetPolicyRequest())
    assert await refusal(asked) == Refusal("FAILED_PRECONDITION", "POLICY_MISSING")


async def test_a_day_that_is_over_is_refused(practice: Practice) -> None:
    over = Refusal("INVALID_ARGUMENT", "DATE_INVALID")
    assert await refusal(practice.sign(BLOCKED, ahead=-1)) == over


async def test_only_a_lead_with_a_practitioner_of_their_own_signs(practice: Practice) -> None:
    lead = practice.lead
    practice.lead = practice.service.caller("clinical_lead")
    nobody = Refusal("PERMISSION_DENIED", "PRACTITIONER_REQUIRED")
    assert await refusal(practice.sign(BLOCKED)) == nobody
    practice.lead = practice.service.caller("clinical_lead", practitioner_id=new_id())
    unknown = Refusal("FAILED_PRECONDITION", "LICENCE_LAPSED")
    assert await refusal(practice.sign(BLOCKED)) == unknown
    practice.lead = practice.service.caller("physician", practitioner_id=lead.practitioner_id)
    assert await refusal(practice.sign(BLOCKED)) == Refusal("PERMISSION_DENIED", "ROLE_MISSING")


async def test_rules_are_listed_page_by_page(practice: Practice) -> None:
    method, request = practice.formulary.ListSuitabilityRules, pb.ListSuitabilityRulesRequest
    all_of_them = await practice.doctor.call(method, request(page_size=200))
    assert all_of_them.rules_version == reference().rules.version
    found: list[model_pb2.SuitabilityRule] = []
    token = ""
    while token or not found:
        page = await practice.doctor.call(method, request(page_size=7, page_token=token))
        found, token = [*found, *page.rules], page.next_page_token
    assert found == list(all_of_them.rules)
    assert len(found) == len(reference().rules.rules)


async def test_ingredients_are_listed_by_class_as_the_chain_signed_them(
    practice: Practice,
) -> None:
    await practice.sign(BLOCKED)
    found: list[model_pb2.Ingredient] = []
    token = ""
    while token or not found:
        request = pb.ListIngredientsRequest(
            ingredient_class=cocktail_pb2.INGREDIENT_CLASS_MEDICATION, page_size=3, page_token=token
        )
        page = await practice.doctor.call(practice.formulary.ListIngredients, request)
        assert page.formulary_version == f"{FILES}+2"
        found, token = [*found, *page.ingredients], page.next_page_token
    rows = reference().formulary.in_force(practice.day())
    medications = [row for row in rows if row.ingredient_class is IngredientClass.MEDICATION]
    assert [each.ingredient_code for each in found] == [row.ingredient_code for row in medications]
    signed = [each for each in found if each.signed_by_code == practice.lead.practitioner_id]
    assert [each.ingredient_code for each in signed] == ["minoxidil"]


async def test_a_page_belongs_to_its_list_and_its_filter(practice: Practice) -> None:
    rules, questionnaires = (
        practice.formulary.ListSuitabilityRules,
        practice.formulary.ListQuestionnaires,
    )
    first = await practice.doctor.call(rules, pb.ListSuitabilityRulesRequest(page_size=1))
    token, foreign = first.next_page_token, Refusal("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")
    other = pb.ListSuitabilityRulesRequest(
        effect=suitability_pb2.SUITABILITY_BLOCKED, page_token=token
    )
    assert await refusal(practice.doctor.call(rules, other)) == foreign
    asked = pb.ListQuestionnairesRequest(language="en", page_token=token)
    assert await refusal(practice.doctor.call(questionnaires, asked)) == foreign


async def test_questionnaires_are_listed_in_words(practice: Practice) -> None:
    request = pb.ListQuestionnairesRequest(language="en-GB")
    reply = await practice.doctor.call(practice.formulary.ListQuestionnaires, request)
    versions = [each.questionnaire_version for each in reply.questionnaires]
    assert sorted(versions) == sorted(each.version for each in reference().questionnaires)
    assert all(item.text for item in reply.questionnaires[0].items)
