"""No decision and no sequence of commands lets through what is stricter than PHYSICIAN_REVIEW."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError, SealedText
from services.consult.domain.consultation.commands import (
    AnswerScreening,
    AssessSuitability,
    Command,
    RecordFindings,
    ReviewSuitability,
)
from services.consult.domain.consultation.decider import (
    DECIDER,
    AssessmentFacts,
    Facts,
    ReviewFacts,
)
from services.consult.domain.consultation.events import (
    ConsultationOpened,
    Event,
    FindingsRecorded,
    ScreeningAnswered,
    SuitabilityAssessed,
    SuitabilityReviewed,
)
from services.consult.domain.consultation.model import (
    Consultation,
    Diagnosis,
    Findings,
    RedFlag,
    ReviewDecision,
    ReviewReason,
    Suitability,
    SuitabilityReview,
)
from services.consult.domain.patient import decider as patients
from services.consult.domain.patient.clinical import Answer, Coding, Therapy, TherapyKind
from services.consult.domain.patient.events import Event as PatientEvent
from services.consult.domain.patient.events import PatientAmended, TherapyEnded, TherapyRecorded
from services.consult.domain.patient.model import (
    AgeBand,
    Patient,
    PregnancyPotential,
    VitalStatus,
)
from services.consult.domain.plan.eligibility import suitable
from services.consult.domain.plan.errors import (
    NotSuitable,
    SuitabilityExpired,
    SuitabilityMissing,
)
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
    doctor,
    findings,
    patient,
    policy,
    signed,
)

NOTE = SealedText("note", "v1", b"\x03" * 32)
LATER = NOW + timedelta(hours=1)
APPROVED = ReviewDecision.APPROVED
OPENED = ConsultationOpened(CONSULTATION, PATIENT, CLINIC, DOCTOR, NOW)
FOUND = FindingsRecorded(CONSULTATION, PATIENT, DOCTOR, FINDINGS, None, NOW)
ANSWERED = ScreeningAnswered(CONSULTATION, PATIENT, DOCTOR, QUESTIONNAIRE.version, answers(), NOW)
REVIEW = ReviewSuitability(
    CONSULTATION, DOCTOR, APPROVED, ReviewReason.CONDITION_CONTROLLED, NOTE, LATER
)
FACTS = ReviewFacts(patient(), doctor(until=date(2027, 1, 1)))


def assessed(suitability: Suitability) -> SuitabilityAssessed:
    found = assessment(suitability=suitability)
    return SuitabilityAssessed(CONSULTATION, PATIENT, DOCTOR, found, NOW)


def passes(state: Consultation | None, who: Patient, at: datetime) -> bool:
    """Tell whether a plan may be proposed on `state`."""
    try:
        suitable(who, state, at)
    except (NotSuitable, SuitabilityMissing, SuitabilityExpired):
        return False
    return True


REVIEWS = st.builds(
    SuitabilityReview,
    practitioner_id=st.just(DOCTOR),
    decision=st.sampled_from(ReviewDecision),
    reason=st.sampled_from(ReviewReason),
    note=st.just(NOTE),
    rules_version=st.just(RULES.version),
    reviewed_at=st.sampled_from((NOW - timedelta(hours=1), NOW, LATER)),
)


@given(st.sampled_from(Suitability), st.none() | REVIEWS)
def test_a_decision_however_it_came_there_lifts_physician_review_alone(
    suitability: Suitability, review: SuitabilityReview | None
) -> None:
    state = Spec(DECIDER).given(OPENED, FOUND, ANSWERED, assessed(suitability)).state
    assert state is not None
    approved = review is not None and review.decision is APPROVED and review.reviewed_at >= NOW
    wanted = suitability is Suitability.SUITABLE or (
        suitability is Suitability.PHYSICIAN_REVIEW and approved
    )
    assert passes(replace(state, review=review), patient(), LATER) == wanted


EXAMINED = st.sampled_from(
    (
        FINDINGS,
        findings(red_flags=(RedFlag.PUSTULES,)),
        findings(diagnosis=Diagnosis.OTHER),
        findings(diagnosis=Diagnosis.TELOGEN_EFFLUVIUM),
    )
)
SAID = st.lists(
    st.sampled_from(("GALLSTONES", "UNREALISTIC_EXPECTATION", "HERPES_OR_OPEN_LESION")), max_size=2
)


def record(found: Findings) -> Command:
    return RecordFindings(CONSULTATION, DOCTOR, found, SCALES, None, NOW)


def say(yes: Sequence[str]) -> Command:
    given_answers = answers(**dict.fromkeys(yes, Answer.YES))
    version = QUESTIONNAIRE.version
    return AnswerScreening(CONSULTATION, DOCTOR, version, QUESTIONNAIRE, given_answers, NOW)


COMMANDS = st.one_of(
    st.just(AssessSuitability(CONSULTATION, DOCTOR, NOW)),
    st.sampled_from(ReviewDecision).map(lambda each: replace(REVIEW, decision=each)),
    EXAMINED.map(record),
    SAID.map(say),
)
KNOWN: dict[type[object], Facts] = {
    AssessSuitability: AssessmentFacts(patient(), RULES, QUESTIONNAIRE, SCALES, signed(policy())),
    ReviewSuitability: FACTS,
}


def told(command: Command, state: Consultation | None) -> Sequence[Event]:
    """Return what a command leads to; a refusal leads to nothing."""
    try:
        return DECIDER.decide(command, state, KNOWN.get(type(command)))
    except DomainError:
        return []


@given(st.lists(COMMANDS, min_size=1, max_size=16))
def test_no_sequence_of_commands_lets_a_decision_lift_what_is_stricter(
    commands: list[Command],
) -> None:
    happened: list[Event] = [OPENED, FOUND, ANSWERED]
    state = Spec(DECIDER).given(*happened).state
    for command in commands:
        events = told(command, state)
        state = reduce(DECIDER.evolve, events, state)
        happened.extend(events)
        since = sum(isinstance(each, SuitabilityReviewed) for each in after_evidence(happened))
        assert state is not None
        assert (state.review is not None) == (since > 0)
        if passes(state, patient(), LATER):
            assert state.assessment is not None
            assert state.assessment.suitability in lifted(state.review)


def after_evidence(happened: Sequence[Event]) -> Sequence[Event]:
    """Return what came after the last findings, answers or assessment."""
    kinds = (FindingsRecorded, ScreeningAnswered, SuitabilityAssessed)
    last = max(number for number, each in enumerate(happened) if isinstance(each, kinds))
    return happened[last + 1 :]


def lifted(review: SuitabilityReview | None) -> set[Suitability]:
    """Return what may be treated after a decision."""
    approved = review is not None and review.decision is APPROVED
    return {Suitability.SUITABLE} | ({Suitability.PHYSICIAN_REVIEW} if approved else set())


THERAPY = Therapy("t", TherapyKind.TOPICAL, Coding("s", "c"), TODAY, None)
POTENTIAL = PregnancyPotential.ASKED_YES
CHANGES: list[tuple[PatientEvent, bool]] = [
    (PatientAmended(PATIENT, VitalStatus.ALIVE, AgeBand.ADULT, POTENTIAL, None, LATER), False),
    (
        PatientAmended(
            PATIENT, VitalStatus.ALIVE, AgeBand.ADULT, PregnancyPotential.ASKED_NO, None, LATER
        ),
        True,
    ),
    (TherapyRecorded(PATIENT, THERAPY, LATER), False),
    (TherapyEnded(PATIENT, "t", TODAY, LATER), False),
]


@pytest.mark.parametrize(("event", "stands"), CHANGES)
def test_what_rules_rest_on_has_changed_so_it_is_assessed_anew(
    event: PatientEvent, stands: bool
) -> None:
    state = Spec(DECIDER).given(OPENED, FOUND, ANSWERED, assessed(Suitability.SUITABLE)).state
    who = patients.DECIDER.evolve(patient(therapies=(THERAPY,)), event)
    assert passes(state, who, LATER) == stands
