"""The plan as an aggregate, and the text that a patient signs for it."""

from services.chassis.handling import Aggregate, Reader
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.plan.commands import AcceptPlan, Command, ProposePlan, SignConsent
from services.consult.domain.plan.consent_text import Assembly, digest_of
from services.consult.domain.plan.decider import DECIDER
from services.consult.domain.plan.errors import LanguageNotAvailable
from services.consult.domain.plan.events import Event
from services.consult.domain.plan.facts import (
    AcceptanceFacts,
    Facts,
    ProposalFacts,
    SigningFacts,
)
from services.consult.domain.plan.model import Plan, PlanState
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.directory import CLINIC, PRACTITIONER
from services.consult.handlers.patient import PATIENT
from services.consult.reference.loader import reference


def consent_text(plan: Plan, clinic: Clinic, language: str) -> str:
    """Return the text of `plan` as it is, or refuse a language that there is none in."""
    texts = reference().texts(language)
    if texts is None:
        raise LanguageNotAvailable(language=language)
    return Assembly(plan, texts, reference().formulary, clinic.jurisdiction_code).text()


async def gather_proposal(
    command: ProposePlan, state: Plan | None, reader: Reader
) -> ProposalFacts:
    """Look up whom the plan is for, who proposes it where, and the reference data."""
    patient = await reader.get(PATIENT, command.patient_id)
    consultation = await reader.get(CONSULTATION, command.consultation_id)
    clinic = await reader.get(CLINIC, command.clinic_id)
    practitioner = await reader.get(PRACTITIONER, command.practitioner_id)
    return ProposalFacts(
        patient=patient,
        consultation=consultation,
        clinic=clinic,
        practitioner=practitioner,
        formulary=reference().formulary,
        schedules=reference().schedules,
    )


async def gather_signing(
    command: SignConsent, state: Plan | None, reader: Reader
) -> SigningFacts | None:
    """Look up who takes the signature, and make the text that it has to stand under."""
    if state is None:
        return None
    practitioner = await reader.get(PRACTITIONER, command.practitioner_id)
    clinic = await reader.get(CLINIC, state.clinic_id)
    return SigningFacts(practitioner, text_digest(state, clinic, command.language))


def text_digest(plan: Plan, clinic: Clinic | None, language: str) -> bytes | None:
    """Return the digest of the text as it is; None while there is no such text."""
    readable = plan.quote is not None and plan.state is not PlanState.WITHDRAWN
    if clinic is None or not readable or reference().texts(language) is None:
        return None
    return digest_of(consent_text(plan, clinic, language))


async def gather_acceptance(
    command: AcceptPlan, state: Plan | None, reader: Reader
) -> AcceptanceFacts | None:
    """Look up the patient and the assessment as they are by now."""
    if state is None:
        return None
    patient = await reader.get(PATIENT, state.patient_id)
    consultation = await reader.get(CONSULTATION, state.consultation_id)
    return AcceptanceFacts(patient, consultation)


PLAN: Aggregate[Plan, Command, Event, Facts] = Aggregate(
    "plan",
    DECIDER,
    Plan,
    shape=2,
    gathers={
        ProposePlan: gather_proposal,
        SignConsent: gather_signing,
        AcceptPlan: gather_acceptance,
    },
)
