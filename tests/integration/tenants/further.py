"""What no journey asks and what needs more than ids: directory, patients, reference data, plans."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from google.type.money_pb2 import Money

from deploy.demo.client import (
    CHAIN_ADMIN,
    FRONT_DESK,
    IDENTITY_READER,
    Client,
)
from deploy.demo.intake import identity_of, signature_of
from deploy.demo.setting import dated, now
from deploy.demo.treatment import Treatment
from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.clinical.v1.outcome_pb2 import Measure
from mesoflow.clinical.v1.patient_pb2 import Coding, PregnancyPotential, TherapyKind
from mesoflow.consult.v1 import model_pb2 as model
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import service_pb2 as sessions
from tests.support.chains import (
    REVIEWED,
    TREATED,
    Chain,
    step_named,
    steps_before,
    steps_between,
    take,
)

PHOTOS = [model.PhotoPurpose.PHOTO_PURPOSE_TEACHING]
SOURCES = ["K"]


@dataclass(frozen=True)
class Further:
    """Asks the rest, once each, of people of their own."""

    chain: Chain
    other_clinic: str
    today: date

    @property
    def client(self) -> Client:
        return self.chain.client

    async def registered(self, name: str) -> Treatment:
        """Return somebody new, with nothing but a name."""
        treatment = self.chain.patient(TREATED)
        person = replace(treatment.record.person, full_name=name, phone_number=f"+44 {name}")
        treatment = self.chain.patient(
            TREATED, replace(person, email_address=f"{name}@example.org")
        )
        return await take(treatment, [step_named("registered")])

    async def proposed(self) -> Treatment:
        """Return somebody who is suitable, and whose plan is to be proposed."""
        return await take(self.chain.patient(TREATED), steps_before("plan proposed"))


async def ask_further(chain: Chain, other_clinic: str, plan_id: str) -> set[str]:
    """Ask all of it, with a plan that was carried out; return what the moved one names."""
    further = Further(chain, other_clinic, (await now(chain.client)).date())
    await ask_of_the_directory(further)
    await ask_of_patients(further)
    await ask_of_photos(further)
    await ask_of_records(further)
    await ask_of_the_formulary(further)
    await ask_of_cocktails(further)
    await ask_of_responses(further, plan_id)
    return await ask_of_plans(further)


async def ask_of_the_directory(further: Further) -> None:
    """Change the chain, a clinic and somebody who leaves, who is nobody of the journeys."""
    client, directory = further.client, further.client.consult.directory
    chain = pb.AmendChainRequest(jurisdiction_code="GB")
    await client.call(directory.AmendChain, chain, CHAIN_ADMIN)
    clinic = pb.AmendClinicRequest(
        clinic_id=further.chain.setting.clinic_id,
        time_zone="Europe/London",
        jurisdiction_code="GB",
        legal_entity_code="DEMO-LTD",
    )
    await client.call(directory.AmendClinic, clinic, CHAIN_ADMIN)
    everywhere = pb.AmendPractitionerRequest(
        practitioner_id=further.chain.setting.physician_id,
        clinic_ids=[further.chain.setting.clinic_id, further.other_clinic],
    )
    await client.call(directory.AmendPractitioner, everywhere, CHAIN_ADMIN)
    enrol = pb.EnrolPractitionerRequest(
        clinic_ids=[further.other_clinic], profession=model.Profession.PROFESSION_PRACTITIONER
    )
    leaver = await client.call(directory.EnrolPractitioner, enrol, CHAIN_ADMIN)
    record = pb.RecordLicenceRequest(
        practitioner_id=leaver.practitioner_id,
        authority_code="DEMO",
        licence_number="DEMO-LEAVER",
        valid_from=dated(further.today - timedelta(days=30)),
        valid_until=dated(further.today + timedelta(days=30)),
    )
    licence = await client.call(directory.RecordLicence, record, CHAIN_ADMIN)
    revoke = pb.RevokeLicenceRequest(
        practitioner_id=leaver.practitioner_id, licence_id=licence.licence_id
    )
    await client.call(directory.RevokeLicence, revoke, CHAIN_ADMIN)


async def ask_of_patients(further: Further) -> None:
    """Amend, find, and write down therapies."""
    client, patients = further.client, further.client.consult.patients
    somebody = await further.registered("Findable")
    physician = further.chain.setting.physician
    identity = identity_of(somebody.record.person)
    amend = pb.AmendPatientRequest(
        patient_id=somebody.patient_id,
        identity=identity,
        pregnancy_potential=PregnancyPotential.PREGNANCY_POTENTIAL_ASKED_NO,
    )
    await client.call(patients.AmendPatient, amend, FRONT_DESK)
    find = pb.FindPatientsRequest(full_name=identity.full_name, birth_date=identity.birth_date)
    found = await client.call(patients.FindPatients, find, FRONT_DESK)
    assert [each.patient_id for each in found.patients] == [somebody.patient_id]
    record = pb.RecordTherapyRequest(
        patient_id=somebody.patient_id,
        kind=TherapyKind.THERAPY_KIND_TOPICAL,
        coding=Coding(system="http://www.whocc.no/atc", code="D11AX01"),
        started_on=dated(further.today - timedelta(days=90)),
    )
    therapy = await client.call(patients.RecordTherapy, record, physician)
    end = pb.EndTherapyRequest(
        patient_id=somebody.patient_id,
        therapy_id=therapy.therapy_id,
        ended_on=dated(further.today),
    )
    await client.call(patients.EndTherapy, end, physician)


async def ask_of_photos(further: Further) -> None:
    """Sign a photo consent, and take it back."""
    client, patients = further.client, further.client.consult.patients
    patient_id = (await further.registered("Photographed")).patient_id
    ask = pb.GetPhotoConsentTextRequest(patient_id=patient_id, language="en", purposes=PHOTOS)
    physician = further.chain.setting.physician
    text = await client.call(patients.GetPhotoConsentText, ask, physician)
    sign = pb.SignPhotoConsentRequest(
        patient_id=patient_id,
        purposes=PHOTOS,
        text_digest=text.text_digest,
        language="en",
        patient_signature_digest=text.text_digest,
    )
    await client.call(patients.SignPhotoConsent, sign, physician)
    withdraw = pb.WithdrawPhotoConsentRequest(patient_id=patient_id)
    await client.call(patients.WithdrawPhotoConsent, withdraw, FRONT_DESK)


async def ask_of_records(further: Further) -> None:
    """Hold, export, merge and erase records of people who were never treated."""
    client, patients = further.client, further.client.consult.patients
    held, double, leaver = [await further.registered(name) for name in ("Held", "Held", "Leaver")]
    place = pb.PlaceLegalHoldRequest(patient_id=held.patient_id, note="A claim.")
    hold = await client.call(patients.PlaceLegalHold, place, CHAIN_ADMIN)
    lift = pb.LiftLegalHoldRequest(patient_id=held.patient_id, legal_hold_id=hold.legal_hold_id)
    await client.call(patients.LiftLegalHold, lift, CHAIN_ADMIN)
    patient_id = held.patient_id
    whole = pb.ExportPatientRequest(patient_id=patient_id)
    await client.call(patients.ExportPatient, whole, IDENTITY_READER)
    course = sessions.ExportPatientRequest(patient_id=patient_id)
    await client.call(client.sessions.courses.ExportPatient, course, IDENTITY_READER)
    account = billing.ExportPatientRequest(patient_id=patient_id)
    await client.call(client.billing.accounts.ExportPatient, account, IDENTITY_READER)
    case = safety.ExportPatientRequest(patient_id=patient_id)
    await client.call(client.safety.cases.ExportPatient, case, IDENTITY_READER)
    merge = pb.MergePatientsRequest(patient_id=double.patient_id, into_patient_id=patient_id)
    await client.call(patients.MergePatients, merge, CHAIN_ADMIN)
    check = safety.CheckErasureRequest(patient_ids=[leaver.patient_id])
    await client.call(client.safety.cases.CheckErasure, check, CHAIN_ADMIN)
    erase = pb.ErasePatientRequest(patient_id=leaver.patient_id)
    await client.call(patients.ErasePatient, erase, CHAIN_ADMIN)


async def ask_of_the_formulary(further: Further) -> None:
    """Sign a row and a pair that no plan is about, and read what is in force."""
    client, formulary = further.client, further.client.consult.formulary
    lead = further.chain.setting.clinical_lead
    row = await client.call(
        formulary.GetIngredient, pb.GetIngredientRequest(ingredient_code="biotin"), lead
    )
    terms = model.IngredientTerms(
        ingredient_code="biotin",
        evidence=row.ingredient.evidence,
        statuses=row.ingredient.statuses,
        immediate_use=row.ingredient.immediate_use,
        sterile_products=row.ingredient.sterile_products,
    )
    ingredient = pb.SignIngredientRequest(
        terms=terms, effective_from=dated(further.today), source_codes=SOURCES
    )
    await client.call(formulary.SignIngredient, ingredient, lead)
    pair = pb.SignPairRequest(
        terms=model.PairTerms(
            ingredient_code="biotin",
            other_ingredient_code="caffeine",
            effect_code="NOT_STUDIED",
        ),
        effective_from=dated(further.today),
        source_codes=SOURCES,
    )
    await client.call(formulary.SignPair, pair, lead)
    await client.call(formulary.GetPolicy, pb.GetPolicyRequest(), lead)
    await client.call(formulary.RecheckPlans, pb.RecheckPlansRequest(), lead)
    questionnaires = pb.ListQuestionnairesRequest(language="en")
    await client.call(formulary.ListQuestionnaires, questionnaires, lead)
    rules = pb.ListSuitabilityRulesRequest()
    await client.call(formulary.ListSuitabilityRules, rules, lead)


async def ask_of_cocktails(further: Further) -> None:
    """Have a physician decide on somebody, and cocktails proposed to them."""
    client = further.client
    decided = await take(further.chain.patient(REVIEWED), steps_before("plan proposed"))
    assert "review signed" in decided.done
    propose = pb.ProposeCocktailRequest(
        consultation_id=decided.consultation_id,
        clinic_id=further.chain.setting.clinic_id,
        goals=decided.scripted.goals,
    )
    physician = further.chain.setting.physician
    await client.call(client.consult.cocktails.ProposeCocktail, propose, physician)


async def ask_of_plans(further: Further) -> set[str]:
    """Bring a plan in, change it, have it accepted anew, and move it to the other clinic."""
    client, plans = further.client, further.client.consult.plans
    physician = further.chain.setting.physician
    treatment = await imported(further)
    amend = pb.AmendPlanRequest(
        plan_id=treatment.plan_id,
        reason=model.PlanAmendmentReason.PLAN_AMENDMENT_REASON_PATIENT_WISH,
        cocktail=treatment.scripted.cocktail,
    )
    await client.call(plans.AmendPlan, amend, physician)
    await take(treatment, steps_between("plan proposed", "plan accepted"))
    assert treatment.done[-1] == "plan accepted", treatment.refused
    move = pb.MovePlanRequest(plan_id=treatment.plan_id, clinic_id=further.other_clinic)
    await client.call(plans.MovePlan, move, CHAIN_ADMIN)
    sign = pb.SignResponsibilityRequest(
        plan_id=treatment.plan_id,
        practitioner_signature_digest=signature_of("taken on", treatment),
    )
    await client.call(plans.SignResponsibility, sign, physician)
    # What the plan itself names: whoever carries it out has to know whose it is, and why.
    return {treatment.plan_id, treatment.patient_id, treatment.consultation_id}


async def imported(further: Further) -> Treatment:
    """Return somebody who comes with half a course of another system, quoted."""
    client, treatment = further.client, await further.proposed()
    request = pb.ImportPlanRequest(
        patient_id=treatment.patient_id,
        consultation_id=treatment.consultation_id,
        clinic_id=further.chain.setting.clinic_id,
        goals=treatment.scripted.goals,
        cocktail=treatment.scripted.cocktail,
        protocol_code=treatment.scripted.protocol_code,
        imported=model.PlanImport(
            system_code="OLD",
            external_reference_code="77",
            sessions_performed=2,
            last_performed_on=dated(further.today - timedelta(days=30)),
            prepaid_sessions=1,
            prepaid_amount=Money(currency_code="GBP", units=144),
        ),
    )
    plan = await client.call(
        client.consult.plans.ImportPlan, request, further.chain.setting.physician
    )
    treatment.plan_id = plan.plan_id
    return await take(treatment, [step_named("quote received")])


async def ask_of_responses(further: Further, plan_id: str) -> None:
    """Assess the response of a plan that was carried out, and read responses and their curve."""
    client, responses = further.client, further.client.consult.responses
    physician = further.chain.setting.physician
    read = pb.GetResponseRequest(plan_id=plan_id)
    response = (await client.call(responses.GetResponse, read, physician)).response
    assess = pb.AssessResponseRequest(response_id=response.response_id)
    await client.call(responses.AssessResponse, assess, physician)
    listing = pb.ListResponsesRequest(clinic_id=further.chain.setting.clinic_id)
    await client.call(responses.ListResponses, listing, physician)
    curve = pb.GetResponseCurveRequest(
        protocol_code=response.protocol_code,
        measure=Measure.MEASURE_TERMINAL_HAIR_DENSITY_PER_SQUARE_CM,
    )
    await client.call(responses.GetResponseCurve, curve, physician)
