"""The consultation as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.consult.domain.consultation.commands import (
    AssessSuitability,
    Command,
    OpenConsultation,
)
from services.consult.domain.consultation.decider import (
    DECIDER,
    AssessmentFacts,
    Facts,
    OpeningFacts,
)
from services.consult.domain.consultation.events import Event
from services.consult.domain.consultation.model import Consultation
from services.consult.handlers.directory import CLINIC
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
    """Look up the patient, and the rules that apply."""
    if state is None:
        return None
    patient = await reader.get(PATIENT, state.patient_id)
    questionnaire = reference().questionnaire(state.questionnaire_version)
    return AssessmentFacts(patient, reference().rules, questionnaire)


CONSULTATION: Aggregate[Consultation, Command, Event, Facts] = Aggregate(
    "consultation",
    DECIDER,
    Consultation,
    shape=2,
    gathers={OpenConsultation: gather_opening, AssessSuitability: gather_assessment},
)
