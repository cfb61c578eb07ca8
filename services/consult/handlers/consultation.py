"""The consultation as an aggregate."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.consult.domain.consultation.commands import (
    AssessSuitability,
    OpenConsultation,
    ReviewSuitability,
)
from services.consult.domain.consultation.decider import (
    AssessmentFacts,
    OpeningFacts,
    ReviewFacts,
)
from services.consult.domain.consultation.model import Consultation
from services.consult.handlers.directory import CLINIC, PRACTITIONER, time_zone_of
from services.consult.handlers.documents import CONSULTATIONS, Consultations
from services.consult.handlers.formulary import changes_of
from services.consult.handlers.patient import PATIENT
from services.consult.reference.loader import reference


async def gather_opening(
    command: OpenConsultation, state: Consultation | None, reader: Reader
) -> OpeningFacts:
    """Look up the patient and the clinic."""
    clinic = await reader.get(CLINIC, command.clinic_id)
    patient = await reader.get(PATIENT, command.patient_id)
    return OpeningFacts(patient, clinic is not None)


async def gather_assessment(
    command: AssessSuitability, state: Consultation | None, reader: Reader
) -> AssessmentFacts | None:
    """Look up the patient, the rules that apply, and what the chain signed."""
    if state is None:
        return None
    held = reference()
    patient = await reader.get(PATIENT, state.patient_id)
    return AssessmentFacts(
        patient=patient,
        rules=held.rules,
        questionnaire=held.questionnaire(state.questionnaire_version),
        scales=held.scales,
        changes=await changes_of(reader),
    )


async def gather_review(
    command: ReviewSuitability, state: Consultation | None, reader: Reader
) -> ReviewFacts | None:
    """Look up the patient, and who decides."""
    if state is None:
        return None
    patient = await reader.get(PATIENT, state.patient_id)
    practitioner = await reader.get(PRACTITIONER, command.practitioner_id)
    return ReviewFacts(patient, practitioner, await time_zone_of(reader, state.clinic_id))


CONSULTATION: Consultations = replace(
    CONSULTATIONS,
    gathers={
        OpenConsultation: gather_opening,
        AssessSuitability: gather_assessment,
        ReviewSuitability: gather_review,
    },
)
