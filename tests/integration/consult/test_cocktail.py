"""Cocktails proposed and checked for a patient, over the wire and on a real database."""

from dataclasses import dataclass

import pytest
from google.type import date_pb2

from mesoflow.clinical.v1 import answer_pb2, cocktail_pb2, diagnosis_pb2, patient_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import (
    CocktailServiceStub,
    ConsultationServiceStub,
    FormularyServiceStub,
    PatientServiceStub,
)
from services.consult.reference.loader import reference
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.directory import Directory, founded
from tests.support.running import RunningService

NO = answer_pb2.ANSWER_NO
QUESTIONNAIRE = reference().questionnaires[0]
GOALS = [cocktail_pb2.GOAL_STIMULATION, cocktail_pb2.GOAL_HORMONAL_BALANCE]
LOT = cocktail_pb2.PREPARATION_SOURCE_PHARMACY_COMPOUNDED_LOT


@dataclass
class Bedside:
    """A physician with a patient whose consultation is open."""

    service: RunningService
    doctor: Caller
    clinic_id: str
    consultation_id: str

    async def assess(self) -> None:
        """Examine, screen and assess; nothing speaks against treatment."""
        stub = ConsultationServiceStub(self.service.channel)
        found = pb.RecordFindingsRequest(
            request_id=new_id(), consultation_id=self.consultation_id, findings=findings()
        )
        await self.doctor.call(stub.RecordFindings, found)
        said = pb.AnswerScreeningRequest(
            request_id=new_id(),
            consultation_id=self.consultation_id,
            questionnaire_version=QUESTIONNAIRE.version,
        )
        for code in QUESTIONNAIRE.item_codes:
            said.answers.add(item_code=code, answer=NO)
        await self.doctor.call(stub.AnswerScreening, said)
        asked = pb.AssessSuitabilityRequest(
            request_id=new_id(), consultation_id=self.consultation_id
        )
        await self.doctor.call(stub.AssessSuitability, asked)

    async def propose(self) -> pb.ProposeCocktailResponse:
        request = pb.ProposeCocktailRequest(
            consultation_id=self.consultation_id, clinic_id=self.clinic_id, goals=GOALS
        )
        stub = CocktailServiceStub(self.service.channel)
        return await self.doctor.call(stub.ProposeCocktail, request)

    async def validate(
        self,
        cocktail: cocktail_pb2.Cocktail,
        cream: model_pb2.TopicalAnaesthetic | None = None,
    ) -> pb.ValidateCocktailResponse:
        request = pb.ValidateCocktailRequest(
            consultation_id=self.consultation_id,
            clinic_id=self.clinic_id,
            cocktail=cocktail,
            topical_anaesthetic=cream,
        )
        stub = CocktailServiceStub(self.service.channel)
        return await self.doctor.call(stub.ValidateCocktail, request)


def findings() -> diagnosis_pb2.Findings:
    return diagnosis_pb2.Findings(
        diagnosis=diagnosis_pb2.DIAGNOSIS_MALE_ANDROGENETIC,
        scale=diagnosis_pb2.SCALE_NORWOOD_HAMILTON,
        grade_code="III_VERTEX",
        trichoscopy_done=True,
        photo_digests=[b"\x01" * 32],
        bdd_positive=NO,
    )


async def with_physician(place: Directory, clinic_id: str) -> Caller:
    """Return a licensed physician, whose chain has signed its own numbers."""
    enrolment = place.enrolment(clinic_id)
    enrolment.profession = model_pb2.PROFESSION_PHYSICIAN
    answer = await place.admin.call(place.directory.EnrolPractitioner, enrolment)
    licence = place.licence(answer.practitioner_id, answer.etag)
    await place.admin.call(place.directory.RecordLicence, licence)
    today = place.service.clock.now().date()
    day = date_pb2.Date(year=today.year, month=today.month, day=today.day)
    policy = model_pb2.Policy(effective_from=day, screening_valid_days=7)
    lead = place.service.caller("clinical_lead", practitioner_id=answer.practitioner_id)
    request = pb.SignPolicyRequest(request_id=new_id(), policy=policy)
    await lead.call(FormularyServiceStub(place.service.channel).SignPolicy, request)
    return place.service.caller("physician", practitioner_id=answer.practitioner_id)


@pytest.fixture
async def bedside(consult: RunningService) -> Bedside:
    """A consultation that is open, with a patient whose history is known."""
    place = await founded(consult)
    clinic_id = (await place.opened()).clinic_id
    doctor = await with_physician(place, clinic_id)
    patient_id = await place.registered(clinic_id)
    history = patient_pb2.History(pregnant=NO, breastfeeding=NO)
    history.allergies.add(system="urn:mesoflow:ingredient", code="lidocaine")
    told = pb.RecordHistoryRequest(request_id=new_id(), patient_id=patient_id, history=history)
    await doctor.call(PatientServiceStub(consult.channel).RecordHistory, told)
    opening = pb.OpenConsultationRequest(
        request_id=new_id(), patient_id=patient_id, clinic_id=clinic_id
    )
    stub = ConsultationServiceStub(consult.channel)
    opened = await doctor.call(stub.OpenConsultation, opening)
    return Bedside(consult, doctor, clinic_id, opened.consultation_id)


def mixed(*parts: tuple[str, int]) -> cocktail_pb2.Cocktail:
    components = [
        cocktail_pb2.Component(ingredient_code=code, dose_micrograms=dose) for code, dose in parts
    ]
    return cocktail_pb2.Cocktail(components=components, source=LOT, volume_microlitres=1_000)


def failed(answer: pb.ValidateCocktailResponse) -> list[tuple[str, str, str]]:
    return [
        (check.verdict_code, check.rule_code, check.subject_code)
        for check in answer.checks
        if check.verdict_code != "PASSED"
    ]


async def test_without_an_assessment_nothing_is_proposed_or_checked(bedside: Bedside) -> None:
    missing = Refusal("FAILED_PRECONDITION", "SUITABILITY_MISSING")
    assert await refusal(bedside.propose()) == missing
    assert await refusal(bedside.validate(mixed(("minoxidil", 1)))) == missing


async def test_what_is_proposed_passes_its_own_checks(bedside: Bedside) -> None:
    await bedside.assess()
    answer = await bedside.propose()
    assert answer.proposals
    for proposal in answer.proposals:
        checked = await bedside.validate(proposal.cocktail)
        assert checked.passed
        assert checked.formulary_version == proposal.formulary_version
    left_out = {each.ingredient_code: each.reason_code for each in answer.left_out}
    assert left_out["exosome"] == "BLOCKED"
    assert left_out["finasteride"] in ("NO_SIGNED_LIMIT", "EXCLUDED_BY_RULE")


async def test_a_failing_check_is_an_answer_with_its_arithmetic(bedside: Bedside) -> None:
    await bedside.assess()
    over = await bedside.validate(mixed(("minoxidil", 5_001), ("copper", 1), ("cysteine", 1)))
    assert not over.passed
    assert ("DOSE_EXCEEDED", "DOSE", "minoxidil") in failed(over)
    assert ("PAIR_NOT_COMPATIBLE", "PAIR", "copper+cysteine") in failed(over)
    [dose] = [each for each in over.checks if each.verdict_code == "DOSE_EXCEEDED"]
    assert dose.arithmetic == "5001 of at most 5000 micrograms per session"
    assert list(dose.source_codes) == ["R13", "D"]


async def test_an_allergy_to_an_amide_keeps_the_cream_away(bedside: Bedside) -> None:
    await bedside.assess()
    cream = model_pb2.TopicalAnaesthetic(product_code="emla", mass_milligrams=2_000)
    answer = await bedside.validate(mixed(("minoxidil", 5_000)), cream)
    blocked = [subject for verdict, _, subject in failed(answer) if verdict == "INGREDIENT_BLOCKED"]
    assert blocked == ["lidocaine", "prilocaine"]
