"""Two records become one: nothing that was known is lost, and the careful answer holds."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.consult.domain.patient.clinical import (
    Answer,
    BodyWeight,
    Coding,
    Fertility,
    History,
    LabResult,
    careful,
    united,
)
from services.consult.domain.patient.commands import AbsorbPatient, MergePatients
from services.consult.domain.patient.decider import DECIDER
from services.consult.domain.patient.errors import (
    LegalHoldActive,
    MergeNotAllowed,
    PatientNotFound,
)
from services.consult.domain.patient.events import Event, ObligationNoted, PatientAbsorbed
from services.consult.domain.patient.events import PatientMerged as Merged
from services.consult.domain.patient.merging import MergeFacts
from services.consult.domain.patient.model import (
    AgeBand,
    Patient,
    PatientState,
    PregnancyPotential,
    VitalStatus,
)
from tests.unit.consult.samples import CONSULTATION, HISTORY, NOW, PATIENT, PLAN, TODAY, patient

INTO, THIRD = PATIENT.replace("a1", "a2"), PATIENT.replace("a1", "a3")
SURVIVOR = patient(patient_id=INTO)
FACTS = MergeFacts(SURVIVOR, (), (CONSULTATION,), (PLAN,))
MERGE = MergePatients(PATIENT, INTO, NOW)
MERGED = Merged(PATIENT, INTO, (CONSULTATION,), (PLAN,), NOW)
ABSORB = AbsorbPatient(INTO, PATIENT, NOW)
DUPLICATE = DECIDER.evolve(patient(), MERGED)


def taken_in(survivor: Patient, duplicate: Patient) -> Patient:
    for event in DECIDER.decide(ABSORB, survivor, duplicate):
        survivor = DECIDER.evolve(survivor, event)
    return survivor


def test_a_duplicate_ends_in_the_record_that_stays() -> None:
    assert DECIDER.decide(MERGE, patient(), FACTS) == [MERGED]
    assert (DUPLICATE.state, DUPLICATE.into_patient_id) == (PatientState.MERGED, INTO)


def test_who_gave_no_birth_date_may_be_anybody() -> None:
    assert DECIDER.decide(MERGE, patient(age_band=AgeBand.UNKNOWN), FACTS) == [MERGED]


UNLIKE: dict[str, tuple[Patient, MergeFacts, type[DomainError]]] = {
    "nobody": (patient(), replace(FACTS, survivor=None), PatientNotFound),
    "itself": (patient(), replace(FACTS, survivor=patient()), MergeNotAllowed),
    **{
        state.value: (
            patient(),
            replace(FACTS, survivor=replace(SURVIVOR, state=state)),
            MergeNotAllowed,
        )
        for state in (PatientState.MERGED, PatientState.RESTRICTED, PatientState.ERASED)
    },
    "the dead": (patient(vital_status=VitalStatus.DECEASED), FACTS, MergeNotAllowed),
    "a minor": (patient(age_band=AgeBand.MINOR), FACTS, MergeNotAllowed),
    "not whole": (patient(), replace(FACTS, unabsorbed_ids=(THIRD,)), MergeNotAllowed),
    "held": (patient(legal_hold_ids=("h",)), FACTS, LegalHoldActive),
    "held there": (
        patient(),
        replace(FACTS, survivor=replace(SURVIVOR, legal_hold_ids=("h",))),
        LegalHoldActive,
    ),
}


@pytest.mark.parametrize("why", UNLIKE)
def test_not_every_two_become_one(why: str) -> None:
    record, facts, refusal = UNLIKE[why]
    with pytest.raises(refusal):
        DECIDER.decide(MERGE, record, facts)


def test_the_record_that_stays_takes_the_duplicate_in_once() -> None:
    after = taken_in(SURVIVOR, DUPLICATE)
    assert after.merged_patient_ids == (PATIENT,)
    assert after.history_recorded_at == NOW
    assert DECIDER.decide(ABSORB, after, DUPLICATE) == []


def test_what_was_merged_into_the_duplicate_comes_along() -> None:
    after = taken_in(SURVIVOR, replace(DUPLICATE, merged_patient_ids=(THIRD,)))
    assert after.merged_patient_ids == (THIRD, PATIENT)


def test_where_nothing_was_recorded_nothing_has_to_be_assessed_anew() -> None:
    bare = replace(SURVIVOR, history=None, history_recorded_at=None)
    after = taken_in(bare, replace(DUPLICATE, history=None))
    assert (after.history, after.history_recorded_at) == (None, None)
    assert taken_in(bare, DUPLICATE).history == HISTORY


def test_what_keeps_the_duplicate_keeps_the_record_that_stays() -> None:
    later = NOW + timedelta(days=1)
    kept = replace(DUPLICATE, open_serious_case_ids=("c",), last_treated_at=later)
    survivor = replace(SURVIVOR, last_treated_at=NOW, last_paid_at=later)
    events = DECIDER.decide(ABSORB, survivor, replace(kept, last_paid_at=NOW))
    assert [event for event in events if isinstance(event, ObligationNoted)] == [
        ObligationNoted(INTO, None, None, "c", NOW),
        ObligationNoted(INTO, later, None, None, NOW),
    ]


def test_somebody_erased_takes_nothing_in() -> None:
    assert DECIDER.decide(ABSORB, replace(SURVIVOR, state=PatientState.ERASED), DUPLICATE) == []


@pytest.mark.parametrize(("state", "other"), [(None, DUPLICATE), (SURVIVOR, None)])
def test_nobody_takes_nobody_in(state: Patient | None, other: Patient | None) -> None:
    with pytest.raises(PatientNotFound):
        DECIDER.decide(ABSORB, state, other)


YES, NOT_ASKED, NO = (
    PregnancyPotential.ASKED_YES,
    PregnancyPotential.NOT_ASKED,
    PregnancyPotential.ASKED_NO,
)


@pytest.mark.parametrize(
    ("own", "other", "holds"),
    [(YES, NO, YES), (NO, YES, YES), (NOT_ASKED, NO, NOT_ASKED), (YES, NOT_ASKED, YES)],
)
def test_the_answer_that_forbids_more_holds(
    own: PregnancyPotential, other: PregnancyPotential, holds: PregnancyPotential
) -> None:
    after = taken_in(
        replace(SURVIVOR, pregnancy_potential=own), replace(DUPLICATE, pregnancy_potential=other)
    )
    assert after.pregnancy_potential is holds


@pytest.mark.parametrize(
    ("own", "other", "danger", "holds"),
    [
        (Answer.YES, Answer.NO, Answer.YES, Answer.YES),
        (Answer.UNKNOWN, Answer.NO, Answer.YES, Answer.UNKNOWN),
        (None, Answer.NO, Answer.YES, None),
        (Answer.NO, Answer.NO, Answer.YES, Answer.NO),
        (Answer.YES, Answer.NO, Answer.NO, Answer.NO),
        (Answer.YES, None, Answer.NO, None),
    ],
)
def test_the_more_careful_answer_holds(
    own: Answer | None, other: Answer | None, danger: Answer, holds: Answer | None
) -> None:
    assert careful(own, other, danger) is holds
    assert careful(other, own, danger) is holds


codings = st.lists(
    st.builds(Coding, st.just("http://snomed.info/sct"), st.sampled_from("abcdef"))
).map(tuple)
answers = st.sampled_from(Answer)
asked = st.none() | answers
fertilities = st.none() | st.builds(Fertility, asked, asked, asked, asked)
days = st.dates(min_value=TODAY - timedelta(days=9), max_value=TODAY)
labs = st.lists(st.builds(LabResult, st.just("FERRITIN"), st.just(1), st.just(""), asked, days))
weights = st.none() | st.builds(BodyWeight, st.integers(1000, 9000), days)
histories = st.builds(
    History, codings, codings, codings, answers, answers, fertilities, labs.map(tuple), weights
)


@given(histories, histories)
def test_no_code_and_no_result_is_lost(own: History, other: History) -> None:
    both = united(own, other)
    for name in ("allergies", "conditions", "medications", "labs"):
        assert {*getattr(own, name), *getattr(other, name)} == {*getattr(both, name)}
    assert united(both, other) == both == united(both, own)


@given(histories, histories)
def test_no_danger_is_lost(own: History, other: History) -> None:
    both = united(own, other)
    assert (both.pregnant is Answer.NO) == ({own.pregnant, other.pregnant} == {Answer.NO})
    dates = [each.weight.measured_on for each in (own, other) if each.weight]
    assert (both.weight.measured_on if both.weight else None) == max(dates, default=None)


def test_every_event_of_a_merge_is_known() -> None:
    events: list[Event] = [MERGED, *DECIDER.decide(ABSORB, SURVIVOR, DUPLICATE)]
    assert [type(event) for event in events] == [Merged, PatientAbsorbed]
