"""A physician decides where the rules leave it to one, and lifts nothing that is stricter."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from mesoflow.clinical.v1 import suitability_pb2
from mesoflow.consult.v1 import model_pb2
from services.chassis.kernel import DomainError, SealedText
from services.chassis.mapping import to_reply
from services.consult.domain.consultation.commands import (
    ReviewSuitability,
)
from services.consult.domain.consultation.decider import (
    DECIDER,
    ReviewFacts,
)
from services.consult.domain.consultation.errors import ConsultationNotFound, ReviewNotAsked
from services.consult.domain.consultation.events import (
    ConsultationOpened,
    Event,
    FindingsRecorded,
    ScreeningAnswered,
    SuitabilityAssessed,
    SuitabilityReviewed,
)
from services.consult.domain.consultation.model import (
    ConsultationState,
    ReviewDecision,
    ReviewReason,
    Suitability,
    SuitabilityReview,
)
from services.consult.domain.patient.errors import PatientErased, PatientNotFound
from services.consult.domain.patient.model import Patient, PatientState
from services.consult.domain.plan.errors import (
    ProfessionNotAllowed,
    SuitabilityExpired,
    SuitabilityMissing,
)
from services.consult.domain.practitioner.errors import LicenceLapsed
from services.consult.domain.practitioner.model import Practitioner, Profession
from services.consult.events.published import CONTRACT
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
    TODAY,
    answers,
    assessment,
    doctor,
    patient,
)

NOTE = SealedText("note", "v1", b"\x03" * 32)
LATER = NOW + timedelta(hours=1)
APPROVED, DECLINED = ReviewDecision.APPROVED, ReviewDecision.DECLINED
REASON = ReviewReason.CONDITION_CONTROLLED
OPENED = ConsultationOpened(CONSULTATION, PATIENT, CLINIC, DOCTOR, NOW)
FOUND = FindingsRecorded(CONSULTATION, PATIENT, DOCTOR, FINDINGS, None, NOW)
ANSWERED = ScreeningAnswered(CONSULTATION, PATIENT, DOCTOR, QUESTIONNAIRE.version, answers(), NOW)
REVIEW = ReviewSuitability(CONSULTATION, DOCTOR, APPROVED, REASON, NOTE, LATER)
FACTS = ReviewFacts(patient(), doctor(until=date(2027, 1, 1)))


def assessed(suitability: Suitability, at: datetime = NOW) -> SuitabilityAssessed:
    found = assessment(suitability=suitability)
    return SuitabilityAssessed(CONSULTATION, PATIENT, DOCTOR, found, at)


def reviewed(decision: ReviewDecision = APPROVED, at: datetime = LATER) -> SuitabilityReviewed:
    return SuitabilityReviewed(
        CONSULTATION, PATIENT, DOCTOR, decision, REASON, NOTE, RULES.version, at
    )


ASKED = assessed(Suitability.PHYSICIAN_REVIEW)


@pytest.mark.parametrize("decision", ReviewDecision)
def test_a_physician_decides_by_name_with_a_reason(decision: ReviewDecision) -> None:
    command = replace(REVIEW, decision=decision)
    events = Spec(DECIDER).given(OPENED, FOUND, ANSWERED, ASKED).when(command, FACTS)
    assert events == [reviewed(decision)]


def test_the_consultation_keeps_the_decision() -> None:
    state = Spec(DECIDER).given(OPENED, FOUND, ANSWERED, ASKED, reviewed()).state
    assert state is not None
    assert state.state is ConsultationState.ASSESSED
    assert state.review == SuitabilityReview(DOCTOR, APPROVED, REASON, NOTE, RULES.version, LATER)


@pytest.mark.parametrize(
    "suitability", [each for each in Suitability if each is not Suitability.PHYSICIAN_REVIEW]
)
def test_nothing_else_is_left_to_a_physician(suitability: Suitability) -> None:
    history = (OPENED, FOUND, ANSWERED, assessed(suitability))
    with pytest.raises(ReviewNotAsked) as refused:
        Spec(DECIDER).given(*history).when(REVIEW, FACTS)
    assert refused.value.metadata == {"suitability": suitability.value}


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (None, LicenceLapsed),
        (doctor(until=TODAY - timedelta(days=1)), LicenceLapsed),
        (doctor(Profession.NURSE), ProfessionNotAllowed),
        (doctor(Profession.PRACTITIONER), ProfessionNotAllowed),
    ],
)
def test_nobody_but_a_licensed_physician_decides(
    who: Practitioner | None, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).given(OPENED, FOUND, ANSWERED, ASKED).when(
            REVIEW, replace(FACTS, practitioner=who)
        )


def test_a_licence_signs_until_the_end_of_its_last_day() -> None:
    last: date = LATER.date()
    facts = replace(FACTS, practitioner=doctor(until=last))
    assert Spec(DECIDER).given(OPENED, FOUND, ANSWERED, ASKED).when(REVIEW, facts)


HELD = (OPENED, FOUND, ANSWERED, ASKED)


@pytest.mark.parametrize(
    ("history", "who", "at", "refusal"),
    [
        ((), patient(), LATER, ConsultationNotFound),
        ((OPENED, FOUND, ANSWERED), patient(), LATER, SuitabilityMissing),
        ((*HELD, FOUND), patient(), LATER, SuitabilityMissing),
        (HELD, patient(), assessment().expires_at, SuitabilityExpired),
        (HELD, patient(history_recorded_at=LATER), LATER, SuitabilityExpired),
        (HELD, None, LATER, PatientNotFound),
        (HELD, patient(state=PatientState.ERASED), LATER, PatientErased),
    ],
)
def test_a_decision_needs_an_assessment_that_stands(
    history: tuple[Event, ...], who: Patient | None, at: datetime, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).given(*history).when(replace(REVIEW, at=at), replace(FACTS, patient=who))


@pytest.mark.parametrize("later", [FOUND, ANSWERED, ASKED])
def test_new_evidence_and_a_new_assessment_drop_the_decision(later: Event) -> None:
    state = Spec(DECIDER).given(*HELD, reviewed(), later).state
    assert state is not None
    assert state.review is None


def test_a_physician_may_change_the_decision() -> None:
    state = Spec(DECIDER).given(*HELD, reviewed(), reviewed(DECLINED)).state
    assert state is not None
    assert state.review is not None
    assert state.review.decision is DECLINED


def test_a_decision_goes_into_the_journal_and_to_the_reader_whole() -> None:
    assert CONTRACT.decode(*CONTRACT.encode(reviewed())) == reviewed()
    state = Spec(DECIDER).given(*HELD, reviewed()).state
    assert state is not None
    review = to_reply(state, model_pb2.Consultation).review
    assert review.decision == suitability_pb2.REVIEW_DECISION_APPROVED
    assert review.reason == suitability_pb2.REVIEW_REASON_CONDITION_CONTROLLED
    assert (review.practitioner_id, review.rules_version) == (DOCTOR, RULES.version)
    assert review.note.digest == NOTE.digest
