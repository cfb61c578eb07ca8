"""How a consultation decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.chassis.kernel import Decider, Violation
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.consultation.commands import (
    AnswerScreening,
    AssessSuitability,
    Command,
    OpenConsultation,
    RecordFindings,
)
from services.consult.domain.consultation.errors import (
    ConsultationNotFound,
    FindingsMissing,
    HistoryMissing,
    QuestionnaireUnknown,
    ScreeningItemUnknown,
    ScreeningMissing,
)
from services.consult.domain.consultation.events import (
    ConsultationOpened,
    Event,
    FindingsRecorded,
    ScreeningAnswered,
    SuitabilityAssessed,
)
from services.consult.domain.consultation.model import Consultation, ConsultationState
from services.consult.domain.consultation.screening import (
    Questionnaire,
    RuleSet,
    concepts,
    observe,
)
from services.consult.domain.patient.errors import PatientDeceased, PatientNotFound
from services.consult.domain.patient.model import Patient, VitalStatus


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """Whom and where it is about; None is not there."""

    patient: Patient | None
    clinic_exists: bool


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """Whom the rules are applied to, and the rules; None is not there."""

    patient: Patient | None
    rules: RuleSet
    questionnaire: Questionnaire | None


Facts = OpeningFacts | AssessmentFacts | None


def decide(command: Command, state: Consultation | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, state, facts:
        case OpenConsultation(), None, OpeningFacts():
            return [open_consultation(command, facts)]
        case RecordFindings(), Consultation(), _:
            return [
                FindingsRecorded(
                    consultation_id=state.consultation_id,
                    patient_id=state.patient_id,
                    practitioner_id=command.practitioner_id,
                    findings=command.findings,
                    note=command.note,
                    recorded_at=command.at,
                )
            ]
        case AnswerScreening(), Consultation(), _:
            return [answer_screening(command, state)]
        case AssessSuitability(), Consultation(), AssessmentFacts():
            return [assess(command, state, facts)]
        case _:
            raise ConsultationNotFound


def open_consultation(command: OpenConsultation, facts: OpeningFacts) -> ConsultationOpened:
    """Return the opening, or refuse a patient or a clinic that cannot be examined."""
    if facts.patient is None:
        raise PatientNotFound
    if not facts.clinic_exists:
        raise ClinicNotFound
    if facts.patient.vital_status is VitalStatus.DECEASED:
        raise PatientDeceased
    return ConsultationOpened(
        consultation_id=command.consultation_id,
        patient_id=command.patient_id,
        clinic_id=command.clinic_id,
        practitioner_id=command.practitioner_id,
        opened_at=command.at,
    )


def answer_screening(command: AnswerScreening, state: Consultation) -> ScreeningAnswered:
    """Return the answers, or refuse items that the questionnaire does not have."""
    if command.questionnaire is None:
        raise QuestionnaireUnknown(questionnaire_version=command.questionnaire_version)
    known = command.questionnaire.item_codes
    unknown = [a.item_code for a in command.answers if a.item_code not in known]
    if unknown:
        raise ScreeningItemUnknown(item_codes=",".join(unknown))
    return ScreeningAnswered(
        consultation_id=state.consultation_id,
        patient_id=state.patient_id,
        practitioner_id=command.practitioner_id,
        questionnaire_version=command.questionnaire_version,
        answers=command.answers,
        answered_at=command.at,
    )


def assess(
    command: AssessSuitability, state: Consultation, facts: AssessmentFacts
) -> SuitabilityAssessed:
    """Return what the rules say, or refuse while something they need is missing."""
    if facts.patient is None:
        raise PatientNotFound
    if state.findings is None:
        raise FindingsMissing
    if state.screening_answered_at is None or facts.questionnaire is None:
        raise ScreeningMissing
    refuse_gaps(state, facts.questionnaire)
    history = facts.patient.history
    if history is None:
        raise HistoryMissing
    observed = observe(facts.patient, history, state.findings, state.answers)
    observed |= concepts(history, facts.rules)
    return SuitabilityAssessed(
        consultation_id=state.consultation_id,
        patient_id=state.patient_id,
        practitioner_id=command.practitioner_id,
        assessment=facts.rules.assess(observed, state.screening_answered_at),
        assessed_at=command.at,
    )


def refuse_gaps(state: Consultation, questionnaire: Questionnaire) -> None:
    """Refuse answers that leave an item out: not asking is no answer."""
    answered = {each.item_code for each in state.answers}
    missing = [code for code in questionnaire.item_codes if code not in answered]
    if missing:
        raise ScreeningMissing(
            violations=[Violation("SCREENING_ITEM", code, "was not answered") for code in missing]
        )


def evolve(state: Consultation | None, event: Event) -> Consultation:
    """Return the state after `event`; new findings or answers undo the assessment."""
    if isinstance(event, ConsultationOpened):
        return opened(event)
    assert state is not None, "a consultation is opened before anything is recorded"
    match event:
        case FindingsRecorded():
            return replace(
                unassessed(state),
                findings=event.findings,
                note=event.note,
                findings_recorded_at=event.recorded_at,
            )
        case ScreeningAnswered():
            return replace(
                unassessed(state),
                questionnaire_version=event.questionnaire_version,
                answers=event.answers,
                screening_answered_at=event.answered_at,
            )
        case SuitabilityAssessed():
            return replace(
                state,
                state=ConsultationState.ASSESSED,
                assessment=event.assessment,
                assessed_at=event.assessed_at,
            )


def opened(event: ConsultationOpened) -> Consultation:
    """Return a consultation with nothing recorded yet."""
    return Consultation(
        consultation_id=event.consultation_id,
        state=ConsultationState.OPEN,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        practitioner_id=event.practitioner_id,
        findings=None,
        note=None,
        questionnaire_version="",
        answers=(),
        assessment=None,
        opened_at=event.opened_at,
        findings_recorded_at=None,
        screening_answered_at=None,
        assessed_at=None,
    )


def unassessed(state: Consultation) -> Consultation:
    """Return `state` open again."""
    return replace(state, state=ConsultationState.OPEN, assessment=None, assessed_at=None)


DECIDER: Decider[Consultation, Command, Event, Facts] = Decider(decide, evolve)
