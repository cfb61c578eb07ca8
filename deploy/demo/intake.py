"""From a stranger to an accepted plan: the steps in the consult service, and billing's quote."""

import hashlib

from google.type.date_pb2 import Date

from deploy.demo.client import FRONT_DESK, eventually
from deploy.demo.records import Code, Person
from deploy.demo.setting import dated
from deploy.demo.treatment import Step, Treatment
from mesoflow.clinical.v1.patient_pb2 import Coding, VitalStatus
from mesoflow.clinical.v1.suitability_pb2 import Suitability
from mesoflow.consult.v1.model_pb2 import Identity
from mesoflow.consult.v1.service_pb2 import (
    AcceptPlanRequest,
    AssessSuitabilityRequest,
    GetConsentTextRequest,
    GetPlanRequest,
    GetPlanResponse,
    OpenConsultationRequest,
    ProposePlanRequest,
    RecordFindingsRequest,
    RecordHistoryRequest,
    RegisterPatientRequest,
    SignConsentRequest,
    ValidateCocktailRequest,
)


async def register(treatment: Treatment) -> None:
    """Register the patient. A client that asks again with the same request makes no second one."""
    client, record = treatment.client, treatment.record
    request = RegisterPatientRequest(
        clinic_id=treatment.setting.clinic_id,
        identity=identity_of(record.person),
        vital_status=(
            VitalStatus.VITAL_STATUS_DECEASED if record.deceased else VitalStatus.VITAL_STATUS_ALIVE
        ),
        pregnancy_potential=treatment.scripted.pregnancy_potential,
    )
    reply = await client.call(client.consult.patients.RegisterPatient, request, FRONT_DESK)
    treatment.patient_id = reply.patient_id


def identity_of(person: Person) -> Identity:
    """Return who a patient is, as the wire has it."""
    identity = Identity(
        full_name=person.full_name,
        phone_number=person.phone_number,
        email_address=person.email_address,
        postal_address=person.postal_address,
    )
    if person.birth_date is not None:
        identity.birth_date.CopyFrom(_day(person))
    return identity


def _day(person: Person) -> Date:
    assert person.birth_date is not None
    return dated(person.birth_date)


async def record_history(treatment: Treatment) -> None:
    """Record the codes of the patient's records."""
    record, history = treatment.record, treatment.scripted.history
    history.allergies.extend(map(_coding, record.allergies))
    history.conditions.extend(map(_coding, record.conditions))
    history.medications.extend(map(_coding, record.medications))
    request = RecordHistoryRequest(patient_id=treatment.patient_id, history=history)
    client = treatment.client
    await client.call(client.consult.patients.RecordHistory, request, treatment.setting.physician)


def _coding(code: Code) -> Coding:
    return Coding(system=code.system, code=code.code)


async def open_consultation(treatment: Treatment) -> None:
    """Open a consultation with the physician."""
    client, setting = treatment.client, treatment.setting
    request = OpenConsultationRequest(patient_id=treatment.patient_id, clinic_id=setting.clinic_id)
    reply = await client.call(
        client.consult.consultations.OpenConsultation, request, setting.physician
    )
    treatment.consultation_id = reply.consultation_id


async def record_findings(treatment: Treatment) -> None:
    """Record what the examination found."""
    client = treatment.client
    request = RecordFindingsRequest(
        consultation_id=treatment.consultation_id, findings=treatment.scripted.findings
    )
    await client.call(
        client.consult.consultations.RecordFindings, request, treatment.setting.physician
    )


async def answer_screening(treatment: Treatment) -> None:
    """Record the answers to the questionnaire."""
    client, request = treatment.client, treatment.scripted.screening
    request.consultation_id = treatment.consultation_id
    await client.call(
        client.consult.consultations.AnswerScreening, request, treatment.setting.physician
    )


async def assess(treatment: Treatment) -> None:
    """Have the rules applied. What they say is an answer: a plan is refused or not by it."""
    client = treatment.client
    request = AssessSuitabilityRequest(consultation_id=treatment.consultation_id)
    reply = await client.call(
        client.consult.consultations.AssessSuitability, request, treatment.setting.physician
    )
    treatment.assessment = reply.assessment


def left_to_a_physician(treatment: Treatment) -> bool:
    """Whether the rules leave it to a physician, and what one decides is scripted."""
    said = treatment.assessment
    left = said is not None and said.suitability == Suitability.SUITABILITY_PHYSICIAN_REVIEW
    return left and treatment.scripted.review is not None


async def review(treatment: Treatment) -> None:
    """Have the physician decide, by name and with a reason."""
    client, request = treatment.client, treatment.scripted.review
    assert request is not None, "a review is asked only where one is scripted"
    request.consultation_id = treatment.consultation_id
    await client.call(
        client.consult.consultations.ReviewSuitability, request, treatment.setting.physician
    )


async def validate(treatment: Treatment) -> None:
    """Have the cocktail checked. That it fails is an answer: a plan is refused or not by it."""
    client = treatment.client
    request = ValidateCocktailRequest(
        consultation_id=treatment.consultation_id,
        clinic_id=treatment.setting.clinic_id,
        cocktail=treatment.scripted.cocktail,
    )
    reply = await client.call(
        client.consult.cocktails.ValidateCocktail, request, treatment.setting.physician
    )
    treatment.checks = list(reply.checks)


async def propose(treatment: Treatment) -> None:
    """Propose the cocktail and the protocol."""
    client, scripted = treatment.client, treatment.scripted
    request = ProposePlanRequest(
        patient_id=treatment.patient_id,
        consultation_id=treatment.consultation_id,
        clinic_id=treatment.setting.clinic_id,
        goals=scripted.goals,
        cocktail=scripted.cocktail,
        protocol_code=scripted.protocol_code,
    )
    reply = await client.call(
        client.consult.plans.ProposePlan, request, treatment.setting.physician
    )
    treatment.plan_id = reply.plan_id


async def await_quote(treatment: Treatment) -> None:
    """Wait until billing's quote has reached the plan."""
    client = treatment.client

    async def read() -> GetPlanResponse:
        request = GetPlanRequest(plan_id=treatment.plan_id)
        return await client.call(client.consult.plans.GetPlan, request, FRONT_DESK)

    quoted = await eventually(read, lambda reply: reply.plan.HasField("quote"), "the quote")
    treatment.deposit = quoted.plan.quote.deposit


async def sign_consent(treatment: Treatment) -> None:
    """Have the patient and the responsible physician sign the plan's text as it is, in person."""
    client, plans = treatment.client, treatment.client.consult.plans
    language, physician = treatment.scripted.language, treatment.setting.physician
    text = await client.call(
        plans.GetConsentText,
        GetConsentTextRequest(plan_id=treatment.plan_id, language=language),
        physician,
    )
    request = SignConsentRequest(
        plan_id=treatment.plan_id,
        text_digest=text.text_digest,
        language=language,
        patient_signature_digest=signature_of(treatment.patient_id, treatment),
        practitioner_signature_digest=signature_of(physician.practitioner_id or "", treatment),
        in_person=True,
        capacity_confirmed=True,
    )
    await client.call(plans.SignConsent, request, physician)
    treatment.consent_digest = text.text_digest


def signature_of(who: str, treatment: Treatment) -> bytes:
    """Return what stands for a signature under the plan's text: the chain keeps the real one."""
    return hashlib.sha256(f"{who} {treatment.plan_id}".encode()).digest()


async def accept(treatment: Treatment) -> None:
    """Accept the plan."""
    client = treatment.client
    request = AcceptPlanRequest(plan_id=treatment.plan_id)
    await client.call(client.consult.plans.AcceptPlan, request, FRONT_DESK)


INTAKE = (
    Step("registered", register),
    Step("history recorded", record_history),
    Step("consultation opened", open_consultation),
    Step("findings recorded", record_findings),
    Step("screening answered", answer_screening),
    Step("suitability assessed", assess),
    Step("review signed", review, asked=left_to_a_physician),
    Step("cocktail checked", validate),
    Step("plan proposed", propose),
    Step("quote received", await_quote),
    Step("consent signed", sign_consent),
    Step("plan accepted", accept),
)
