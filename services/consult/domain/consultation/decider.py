"""How a consultation decides and changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from services.chassis.kernel import Decider, Violation
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.consultation.commands import (
    AnswerScreening,
    AssessSuitability,
    Command,
    OpenConsultation,
    RecordFindings,
    ReviewSuitability,
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
    SuitabilityReviewed,
)
from services.consult.domain.consultation.grading import Scales, refuse_grade
from services.consult.domain.consultation.model import (
    Consultation,
    ConsultationState,
    SuitabilityReview,
)
from services.consult.domain.consultation.observing import Evidence, Lens, observe
from services.consult.domain.consultation.reviewing import review
from services.consult.domain.consultation.screening import (
    Answered,
    Questionnaire,
    RuleSet,
    Sight,
    answer,
)
from services.consult.domain.dating import day_in, turning_days
from services.consult.domain.formulary.model import Changes
from services.consult.domain.formulary.rows import need, policy_on, version_on
from services.consult.domain.patient.clinical import History
from services.consult.domain.patient.errors import PatientDeceased
from services.consult.domain.patient.model import Patient, VitalStatus
from services.consult.domain.patient.standing import usable
from services.consult.domain.practitioner.model import Practitioner
from services.consult.domain.practitioner.signing import refuse_unless_licensed_physician


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """Whom and where it is about; None is not there."""

    patient: Patient | None
    clinic_exists: bool


@dataclass(frozen=True, slots=True)
class AssessmentFacts:
    """Whom the rules are applied to, the rules, and what the chain signed; None is not there."""

    patient: Patient | None
    rules: RuleSet
    questionnaire: Questionnaire | None
    scales: Scales
    changes: Changes | None


@dataclass(frozen=True, slots=True)
class Record:
    """All that an assessment looks at, and the day that it is made."""

    patient: Patient
    history: History
    evidence: Evidence
    day: date


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """Whom the decision is about, and who decides where; None is not there."""

    patient: Patient | None
    practitioner: Practitioner | None
    time_zone: str = "UTC"


Facts = OpeningFacts | AssessmentFacts | ReviewFacts | None


def decide(command: Command, state: Consultation | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, state, facts:
        case OpenConsultation(), None, OpeningFacts():
            return [open_consultation(command, facts)]
        case RecordFindings(), Consultation(), _:
            return [record_findings(command, state)]
        case AnswerScreening(), Consultation(), _:
            return [answer_screening(command, state)]
        case AssessSuitability(), Consultation(), AssessmentFacts():
            return [assess(command, state, facts)]
        case ReviewSuitability(), Consultation(), ReviewFacts():
            today = day_in(facts.time_zone, command.at)
            refuse_unless_licensed_physician(facts.practitioner, today)
            return [review(command, state, usable(facts.patient))]
        case _:
            raise ConsultationNotFound


def open_consultation(command: OpenConsultation, facts: OpeningFacts) -> ConsultationOpened:
    """Return the opening, or refuse a patient or a clinic that cannot be examined."""
    patient = usable(facts.patient)
    if not facts.clinic_exists:
        raise ClinicNotFound
    if patient.vital_status is VitalStatus.DECEASED:
        raise PatientDeceased
    return ConsultationOpened(
        consultation_id=command.consultation_id,
        patient_id=command.patient_id,
        clinic_id=command.clinic_id,
        practitioner_id=command.practitioner_id,
        opened_at=command.at,
    )


def record_findings(command: RecordFindings, state: Consultation) -> FindingsRecorded:
    """Return the findings, or refuse a grade that the diagnosis's scales do not have."""
    refuse_grade(command.findings, command.scales.on(command.at.date()))
    return FindingsRecorded(
        consultation_id=state.consultation_id,
        patient_id=state.patient_id,
        practitioner_id=command.practitioner_id,
        findings=command.findings,
        note=command.note,
        recorded_at=command.at,
    )


def answer_screening(command: AnswerScreening, state: Consultation) -> ScreeningAnswered:
    """Return the answers, or refuse items that the questionnaire in force does not have."""
    questionnaire = command.questionnaire
    if questionnaire is None or not questionnaire.in_force_on(command.at.date()):
        raise QuestionnaireUnknown(questionnaire_version=command.questionnaire_version)
    known = questionnaire.item_codes
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
    patient = usable(facts.patient)
    if state.findings is None:
        raise FindingsMissing
    if state.screening_answered_at is None or facts.questionnaire is None:
        raise ScreeningMissing
    refuse_gaps(state, facts.questionnaire)
    if patient.history is None:
        raise HistoryMissing
    day = command.at.date()
    valid_days = need(policy_on(facts.changes, day), "screening_valid_days")
    record = Record(patient, patient.history, Evidence(state.findings, state.answers), day)
    until = state.screening_answered_at + timedelta(days=valid_days)
    return SuitabilityAssessed(
        consultation_id=state.consultation_id,
        patient_id=state.patient_id,
        practitioner_id=command.practitioner_id,
        assessment=facts.rules.on(day).assess(
            seen(record, facts, day),
            min((until, *turns(record, facts))),
            version_on(facts.rules.version, facts.changes, day),
        ),
        assessed_at=command.at,
    )


def seen(record: Record, facts: AssessmentFacts, day: date) -> Sight:
    """Return what is left of a record by `day`, read by the rows of that day."""
    policy = policy_on(facts.changes, record.day)
    lens = Lens(facts.rules.on(day), policy, facts.scales.pull_test(day), record.day)
    sight = observe(record.patient, record.history, record.evidence, lens)
    return replace(sight, observed=sight.by(day))


def turns(record: Record, facts: AssessmentFacts) -> Iterator[datetime]:
    """Yield when rows that begin or end make another answer of the same record."""
    for day in turning_days((*facts.rules.rows, *facts.scales.pull_tests)):
        if day > record.day and said_on(record, facts, day) != said_on(record, facts, record.day):
            yield datetime.combine(day, time(), UTC)


def said_on(record: Record, facts: AssessmentFacts, day: date) -> Answered:
    """Return what the rules of `day` would say."""
    return answer(facts.rules.on(day).fired(seen(record, facts, day).observed))


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
                review=None,
            )
        case SuitabilityReviewed():
            return replace(state, review=reviewed(event))


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
    return replace(
        state, state=ConsultationState.OPEN, assessment=None, assessed_at=None, review=None
    )


def reviewed(event: SuitabilityReviewed) -> SuitabilityReview:
    """Return the decision as the consultation keeps it."""
    return SuitabilityReview(
        practitioner_id=event.practitioner_id,
        decision=event.decision,
        reason=event.reason,
        note=event.note,
        rules_version=event.rules_version,
        reviewed_at=event.reviewed_at,
    )


DECIDER: Decider[Consultation, Command, Event, Facts] = Decider(decide, evolve)
