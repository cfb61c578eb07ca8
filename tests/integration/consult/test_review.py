"""From findings to a physician's decision, over the wire and on a real database."""

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from google.type import date_pb2

from mesoflow.clinical.v1 import answer_pb2, diagnosis_pb2, patient_pb2, suitability_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import (
    ConsultationServiceStub,
    FormularyServiceStub,
    PatientServiceStub,
)
from services.consult.reference.loader import reference
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.directory import CANARY, Directory, founded
from tests.support.running import RunningService

NO, YES = answer_pb2.ANSWER_NO, answer_pb2.ANSWER_YES
QUESTIONNAIRE = reference().questionnaires[0]
APPROVED = suitability_pb2.REVIEW_DECISION_APPROVED
CONTROLLED = suitability_pb2.REVIEW_REASON_CONDITION_CONTROLLED


@dataclass
class Surgery:
    """A physician of a chain, and a consultation with a patient."""

    service: RunningService
    doctor: Caller
    patient_id: str
    consultation_id: str

    @property
    def consultations(self) -> ConsultationServiceStub:
        return ConsultationServiceStub(self.service.channel)

    async def find(self, grade_code: str = "III_VERTEX", note: str = "") -> None:
        findings = diagnosis_pb2.Findings(
            diagnosis=diagnosis_pb2.DIAGNOSIS_MALE_ANDROGENETIC,
            scale=diagnosis_pb2.SCALE_NORWOOD_HAMILTON,
            grade_code=grade_code,
            trichoscopy_done=True,
            trichoscopy_signs=[diagnosis_pb2.TRICHOSCOPY_SIGN_SHAFT_DIAMETER_VARIATION],
            bdd_positive=NO,
        )
        photo = findings.photos.add(digest=b"\x01" * 32, view=diagnosis_pb2.SCALP_VIEW_VERTEX)
        photo.taken_at.FromDatetime(self.service.clock.now())
        request = pb.RecordFindingsRequest(
            request_id=new_id(),
            consultation_id=self.consultation_id,
            findings=findings,
            note=note,
        )
        await self.doctor.call(self.consultations.RecordFindings, request)

    async def answer(self, yes: Iterable[str] = ()) -> None:
        request = pb.AnswerScreeningRequest(
            request_id=new_id(),
            consultation_id=self.consultation_id,
            questionnaire_version=QUESTIONNAIRE.version,
        )
        for code in QUESTIONNAIRE.item_codes:
            request.answers.add(item_code=code, answer=YES if code in yes else NO)
        await self.doctor.call(self.consultations.AnswerScreening, request)

    async def assess(self) -> suitability_pb2.Assessment:
        request = pb.AssessSuitabilityRequest(
            request_id=new_id(), consultation_id=self.consultation_id
        )
        reply = await self.doctor.call(self.consultations.AssessSuitability, request)
        return reply.assessment

    async def review(self, who: Caller | None = None) -> pb.ReviewSuitabilityResponse:
        request = pb.ReviewSuitabilityRequest(
            request_id=new_id(),
            consultation_id=self.consultation_id,
            decision=APPROVED,
            reason=CONTROLLED,
            note=CANARY,
        )
        return await (who or self.doctor).call(self.consultations.ReviewSuitability, request)

    async def read(self) -> model_pb2.Consultation:
        request = pb.GetConsultationRequest(consultation_id=self.consultation_id)
        return (await self.doctor.call(self.consultations.GetConsultation, request)).consultation

    async def sign_policy(self) -> None:
        today = self.service.clock.now().date()
        day = date_pb2.Date(year=today.year, month=today.month, day=today.day)
        policy = model_pb2.Policy(effective_from=day, screening_valid_days=7)
        lead = self.service.caller("clinical_lead", practitioner_id=self.doctor.practitioner_id)
        formulary = FormularyServiceStub(self.service.channel)
        request = pb.SignPolicyRequest(request_id=new_id(), policy=policy)
        await lead.call(formulary.SignPolicy, request)


async def enrolled(
    place: Directory, clinic_id: str, profession: model_pb2.Profession.ValueType
) -> Caller:
    """Return somebody of a profession at a clinic, who holds a licence."""
    enrolment = place.enrolment(clinic_id)
    enrolment.profession = profession
    answer = await place.admin.call(place.directory.EnrolPractitioner, enrolment)
    licence = place.licence(answer.practitioner_id, answer.etag)
    await place.admin.call(place.directory.RecordLicence, licence)
    return place.service.caller("physician", practitioner_id=answer.practitioner_id)


@pytest.fixture
async def surgery(consult: RunningService) -> Surgery:
    """A consultation that is open, with a patient whose history is known."""
    place = await founded(consult)
    clinic_id = (await place.opened()).clinic_id
    doctor = await enrolled(place, clinic_id, model_pb2.PROFESSION_PHYSICIAN)
    patient_id = await place.registered(clinic_id)
    history = patient_pb2.History(pregnant=NO, breastfeeding=NO)
    told = pb.RecordHistoryRequest(request_id=new_id(), patient_id=patient_id, history=history)
    await doctor.call(PatientServiceStub(consult.channel).RecordHistory, told)
    opening = pb.OpenConsultationRequest(
        request_id=new_id(), patient_id=patient_id, clinic_id=clinic_id
    )
    stub = ConsultationServiceStub(consult.channel)
    opened = await doctor.call(stub.OpenConsultation, opening)
    return Surgery(consult, doctor, patient_id, opened.consultation_id)


async def test_a_grade_that_the_scale_lacks_is_refused(surgery: Surgery) -> None:
    assert await refusal(surgery.find("VIII")) == Refusal("INVALID_ARGUMENT", "GRADE_UNKNOWN")
    await surgery.find("VII")


async def test_for_how_long_answers_hold_is_the_chain_s_number(surgery: Surgery) -> None:
    await surgery.find()
    await surgery.answer()
    assert await refusal(surgery.assess()) == Refusal("FAILED_PRECONDITION", "POLICY_MISSING")
    await surgery.sign_policy()
    found = await surgery.assess()
    assert found.suitability == suitability_pb2.SUITABILITY_SUITABLE
    assert found.rules_version == f"{reference().rules.version}+1"
    held = found.expires_at.ToDatetime() - (await surgery.read()).assessed_at.ToDatetime()
    assert held.days == 6


async def test_a_physician_decides_where_the_rules_leave_it_to_one(surgery: Surgery) -> None:
    await surgery.sign_policy()
    await surgery.find(note=CANARY)
    await surgery.answer(["GALLSTONES"])
    found = await surgery.assess()
    assert found.suitability == suitability_pb2.SUITABILITY_PHYSICIAN_REVIEW
    assert [rule.rule_id for rule in found.fired_rules if rule.item_code] == ["GALLSTONES"]
    decided = await surgery.review()
    seen = await surgery.read()
    assert (seen.review.decision, seen.review.reason) == (APPROVED, CONTROLLED)
    assert seen.review.practitioner_id == surgery.doctor.practitioner_id
    assert seen.review.reviewed_at == decided.reviewed_at
    assert seen.review.note.digest
    await surgery.find()
    assert not (await surgery.read()).HasField("review")


async def test_nothing_else_is_left_to_a_physician(surgery: Surgery) -> None:
    await surgery.sign_policy()
    missing = Refusal("FAILED_PRECONDITION", "SUITABILITY_MISSING")
    assert await refusal(surgery.review()) == missing
    await surgery.find()
    await surgery.answer(["UNREALISTIC_EXPECTATION", "GALLSTONES"])
    await surgery.assess()
    not_asked = Refusal("FAILED_PRECONDITION", "REVIEW_NOT_ASKED")
    assert await refusal(surgery.review()) == not_asked
