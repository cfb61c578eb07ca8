"""A consultation takes findings and answers; what the rules said of older ones falls away."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.chassis.kernel import DomainError
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.consultation.commands import (
    AnswerScreening,
    AssessSuitability,
    OpenConsultation,
    RecordFindings,
)
from services.consult.domain.consultation.decider import (
    DECIDER,
    AssessmentFacts,
    Facts,
    OpeningFacts,
)
from services.consult.domain.consultation.errors import (
    ConsultationNotFound,
    FindingsMissing,
    GradeUnknown,
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
from services.consult.domain.consultation.model import (
    ConsultationState,
    ScreeningAnswer,
    Suitability,
)
from services.consult.domain.following import Repoint
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import Changes
from services.consult.domain.patient.clinical import Answer
from services.consult.domain.patient.errors import (
    PatientDeceased,
    PatientErased,
    PatientMerged,
    PatientNotFound,
    PatientRestricted,
)
from services.consult.domain.patient.model import Patient, PatientState, VitalStatus
from services.consult.handlers.consultation import CONSULTATION as CONSULTATIONS
from tests.support.spec import Spec
from tests.unit.consult.samples import (
    CLINIC,
    CONSULTATION,
    DOCTOR,
    FINDINGS,
    NOW,
    PATIENT,
    QUESTIONNAIRE,
    RULES,
    SCALES,
    TODAY,
    answers,
    assessment,
    findings,
    patient,
    policy,
    signed,
)

OPEN = OpenConsultation(CONSULTATION, PATIENT, CLINIC, DOCTOR, NOW)
OPENED = ConsultationOpened(CONSULTATION, PATIENT, CLINIC, DOCTOR, NOW)
RECORD = RecordFindings(CONSULTATION, DOCTOR, FINDINGS, SCALES, None, NOW)
FOUND = FindingsRecorded(CONSULTATION, PATIENT, DOCTOR, FINDINGS, None, NOW)
VERSION = QUESTIONNAIRE.version
ANSWER = AnswerScreening(CONSULTATION, DOCTOR, VERSION, QUESTIONNAIRE, answers(), NOW)
ANSWERED = ScreeningAnswered(CONSULTATION, PATIENT, DOCTOR, VERSION, answers(), NOW)
ASSESS = AssessSuitability(CONSULTATION, DOCTOR, NOW + timedelta(hours=1))
ASSESSED = SuitabilityAssessed(CONSULTATION, PATIENT, DOCTOR, assessment(), NOW)
FACTS = AssessmentFacts(patient(), RULES, QUESTIONNAIRE, SCALES, signed(policy()))


def test_a_consultation_opens() -> None:
    assert Spec(DECIDER).when(OPEN, OpeningFacts(patient(), True)) == [OPENED]


@pytest.mark.parametrize(
    ("who", "clinic_exists", "refusal"),
    [
        (None, True, PatientNotFound),
        (patient(), False, ClinicNotFound),
        (patient(vital_status=VitalStatus.DECEASED), True, PatientDeceased),
        (patient(state=PatientState.MERGED, into_patient_id="other"), True, PatientMerged),
        (patient(state=PatientState.RESTRICTED), True, PatientRestricted),
        (patient(state=PatientState.ERASED), True, PatientErased),
    ],
)
def test_a_consultation_does_not_open(
    who: Patient | None, clinic_exists: bool, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).when(OPEN, OpeningFacts(who, clinic_exists))


def test_findings_are_recorded_without_looking_anything_up() -> None:
    assert Spec(DECIDER).given(OPENED).when(RECORD, None) == [FOUND]


def test_answers_are_recorded_without_looking_anything_up() -> None:
    assert Spec(DECIDER).given(OPENED).when(ANSWER, None) == [ANSWERED]


def test_answers_are_to_a_questionnaire_that_exists() -> None:
    with pytest.raises(QuestionnaireUnknown):
        Spec(DECIDER).given(OPENED).when(replace(ANSWER, questionnaire=None), None)


@pytest.mark.parametrize(
    ("first", "last", "asked"),
    [
        (TODAY, None, True),
        (TODAY, TODAY, True),
        (TODAY + timedelta(days=1), None, False),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), False),
    ],
)
def test_a_questionnaire_is_asked_while_it_is_in_force(
    first: date, last: date | None, asked: bool
) -> None:
    dated = replace(QUESTIONNAIRE, effective_from=first, effective_until=last)
    command = replace(ANSWER, questionnaire=dated)
    if asked:
        assert Spec(DECIDER).given(OPENED).when(command, None) == [ANSWERED]
        return
    with pytest.raises(QuestionnaireUnknown):
        Spec(DECIDER).given(OPENED).when(command, None)


def test_findings_carry_a_grade_that_the_scale_has() -> None:
    strange = replace(RECORD, findings=findings(grade_code="VIII"))
    with pytest.raises(GradeUnknown):
        Spec(DECIDER).given(OPENED).when(strange, None)


def test_answers_are_to_items_of_the_questionnaire() -> None:
    stray = (*answers(), ScreeningAnswer("SHOE_SIZE", Answer.YES))
    with pytest.raises(ScreeningItemUnknown) as refused:
        Spec(DECIDER).given(OPENED).when(replace(ANSWER, answers=stray), None)
    assert refused.value.metadata == {"item_codes": "SHOE_SIZE"}


@pytest.mark.parametrize("command", [RECORD, ANSWER, ASSESS])
def test_nothing_happens_in_a_consultation_that_is_not_there(
    command: RecordFindings | AnswerScreening | AssessSuitability,
) -> None:
    with pytest.raises(ConsultationNotFound):
        Spec(DECIDER).when(command, None)


def test_a_sound_patient_is_suitable_until_the_answers_are_old() -> None:
    [event] = Spec(DECIDER).given(OPENED, FOUND, ANSWERED).when(ASSESS, FACTS)
    assert isinstance(event, SuitabilityAssessed)
    assert event.assessment.suitability is Suitability.SUITABLE
    assert event.assessment.fired_rules == ()
    assert event.assessment.rules_version == f"{RULES.version}+1"
    assert event.assessment.expires_at == NOW + timedelta(days=20)


@pytest.mark.parametrize(
    "changes",
    [
        None,
        signed(),
        signed(policy(screening_valid_days=None)),
        signed(policy(effective_from=TODAY + timedelta(days=1))),
        signed(policy(), policy(effective_from=TODAY, screening_valid_days=None)),
    ],
)
def test_for_how_long_answers_hold_the_chain_has_to_say(changes: Changes | None) -> None:
    with pytest.raises(PolicyMissing) as refused:
        Spec(DECIDER).given(OPENED, FOUND, ANSWERED).when(ASSESS, replace(FACTS, changes=changes))
    assert [v.subject for v in refused.value.violations] == ["screening_valid_days"]


def test_of_two_policies_the_one_in_force_counts() -> None:
    later = policy(effective_from=TODAY, screening_valid_days=3)
    to_come = policy(effective_from=TODAY + timedelta(days=1), screening_valid_days=1)
    facts = replace(FACTS, changes=signed(policy(), later, to_come))
    [event] = Spec(DECIDER).given(OPENED, FOUND, ANSWERED).when(ASSESS, facts)
    assert isinstance(event, SuitabilityAssessed)
    assert event.assessment.expires_at == NOW + timedelta(days=3)
    assert event.assessment.rules_version == f"{RULES.version}+2"


@pytest.mark.parametrize(
    ("history", "facts", "refusal"),
    [
        ((OPENED, ANSWERED), FACTS, FindingsMissing),
        ((OPENED, FOUND), FACTS, ScreeningMissing),
        ((OPENED, FOUND, ANSWERED), replace(FACTS, questionnaire=None), ScreeningMissing),
        ((OPENED, FOUND, ANSWERED), replace(FACTS, patient=patient(history=None)), HistoryMissing),
        ((OPENED, FOUND, ANSWERED), replace(FACTS, patient=None), PatientNotFound),
        (
            (OPENED, FOUND, ANSWERED),
            replace(FACTS, patient=patient(state=PatientState.ERASED)),
            PatientErased,
        ),
    ],
)
def test_the_rules_wait_for_everything_they_need(
    history: tuple[Event, ...], facts: Facts, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).given(*history).when(ASSESS, facts)


def test_an_item_that_was_not_asked_is_no_answer() -> None:
    partly = replace(ANSWERED, answers=answers()[1:])
    with pytest.raises(ScreeningMissing) as refused:
        Spec(DECIDER).given(OPENED, FOUND, partly).when(ASSESS, FACTS)
    assert [v.subject for v in refused.value.violations] == [QUESTIONNAIRE.item_codes[0]]


def test_an_assessment_closes_the_taking_of_evidence() -> None:
    state = Spec(DECIDER).given(OPENED, FOUND, ANSWERED, ASSESSED).state
    assert state is not None
    assert (state.state, state.assessment) == (ConsultationState.ASSESSED, assessment())


@pytest.mark.parametrize("later", [FOUND, ANSWERED])
def test_new_evidence_undoes_the_assessment(later: Event) -> None:
    state = Spec(DECIDER).given(OPENED, FOUND, ANSWERED, ASSESSED, later).state
    assert state is not None
    assert state.state is ConsultationState.OPEN
    assert (state.assessment, state.assessed_at) == (None, None)


def test_a_consultation_follows_a_merged_patient() -> None:
    state = Spec(DECIDER).given(OPENED, FOUND, ANSWERED, ASSESSED).state
    decider = CONSULTATIONS.decider
    [event] = decider.decide(Repoint(CONSULTATION, "other", NOW), state, None)
    followed = decider.evolve(state, event)
    assert (followed.patient_id, followed.assessment) == ("other", assessment())
    assert decider.decide(Repoint(CONSULTATION, "other", NOW), followed, None) == []
