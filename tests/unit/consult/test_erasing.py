"""A person is erased, unless something keeps the record: then it is refused, or restricted."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError, Forget, SealedText, Timer
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.patient.clinical import Coding, Therapy, TherapyKind
from services.consult.domain.patient.commands import ErasePatient, RetryErasure
from services.consult.domain.patient.decider import DECIDER
from services.consult.domain.patient.erasing import ErasureFacts
from services.consult.domain.patient.errors import (
    ClearanceStale,
    LegalHoldActive,
    PatientErased,
    PatientInTreatment,
    PatientMerged,
    PatientNotFound,
    RetentionRunning,
    SafetyUnavailable,
    SeriousCaseOpen,
)
from services.consult.domain.patient.events import Event
from services.consult.domain.patient.events import PatientErased as Erased
from services.consult.domain.patient.events import PatientRestricted as Restricted
from services.consult.domain.patient.keeping import Kept, retained_until
from services.consult.domain.patient.model import Patient, PatientState, PhotoPurpose
from tests.unit.consult.samples import HISTORY, NOW, PATIENT, PLAN, TODAY, patient, policy

OTHER = PATIENT.replace("a1", "a2")
DAYS = 100
POLICY = policy(retention_days=DAYS)
NOTHING = Kept((), NOW, 1)
FACTS = ErasureFacts((), (), POLICY)
ERASE = ErasePatient(PATIENT, False, (PATIENT,), NOTHING, NOW)
RETRY = RetryErasure(PATIENT, NOW)
LONG_AGO, JUST_NOW = NOW - timedelta(days=DAYS), NOW - timedelta(days=DAYS - 1)
MIDNIGHT = datetime.combine(TODAY + timedelta(days=1), time(), UTC)
RESTRICTED = patient(state=PatientState.RESTRICTED, restricted_until=MIDNIGHT)


def decided(
    command: ErasePatient | RetryErasure, state: Patient | None, facts: ErasureFacts = FACTS
) -> list[Event]:
    return list(DECIDER.decide(command, state, facts))


@pytest.mark.parametrize(
    "record",
    [patient(), patient(last_treated_at=LONG_AGO), patient(last_paid_at=LONG_AGO), RESTRICTED],
)
def test_who_is_kept_by_nothing_is_erased(record: Patient) -> None:
    assert decided(ERASE, record) == [Erased(PATIENT, (), NOW)]


def test_erasing_forgets_the_keys_of_every_record() -> None:
    facts = replace(FACTS, merged=(patient(patient_id=OTHER),))
    [erased] = decided(replace(ERASE, asked_patient_ids=(PATIENT, OTHER)), patient(), facts)
    assert erased == Erased(PATIENT, (OTHER,), NOW)
    assert DECIDER.project is not None
    assert DECIDER.project(erased) == [Forget(PATIENT), Forget(OTHER)]


def test_nothing_of_the_person_is_left_in_the_record() -> None:
    therapy = Therapy("t", TherapyKind.ORAL, Coding("http://snomed.info/sct", "1"), TODAY, None)
    known = patient(
        identity=SealedText("identity", "v", b"\x01"),
        history=HISTORY,
        therapies=(therapy,),
        photo_consent_id="p",
        photo_purposes=(PhotoPurpose.RECORD,),
    )
    left = DECIDER.evolve(known, Erased(PATIENT, (), NOW))
    assert left.state is PatientState.ERASED
    assert (left.identity, left.history, left.therapies) == (None, None, ())
    assert (left.photo_consent_id, left.photo_purposes) == (None, ())


KEPT: dict[str, tuple[Patient, ErasePatient, ErasureFacts, type[DomainError]]] = {
    "a legal hold": (patient(legal_hold_ids=("h",)), ERASE, FACTS, LegalHoldActive),
    "a hold, and safety silent": (
        patient(legal_hold_ids=("h",)),
        replace(ERASE, kept=None),
        FACTS,
        LegalHoldActive,
    ),
    "a case that was heard of": (
        patient(open_serious_case_ids=("c",)),
        ERASE,
        FACTS,
        SeriousCaseOpen,
    ),
    "a case that safety names": (
        patient(),
        replace(ERASE, kept=replace(NOTHING, open_serious_case_ids=("c",))),
        FACTS,
        SeriousCaseOpen,
    ),
    "safety silent": (patient(), replace(ERASE, kept=None), FACTS, SafetyUnavailable),
    "an old answer": (
        patient(),
        replace(ERASE, kept=replace(NOTHING, asked_at=NOW - timedelta(seconds=6))),
        FACTS,
        ClearanceStale,
    ),
    "a record that safety was not asked about": (
        patient(),
        ERASE,
        replace(FACTS, merged=(patient(patient_id=OTHER),)),
        ClearanceStale,
    ),
    "a treatment": (patient(last_treated_at=JUST_NOW), ERASE, FACTS, RetentionRunning),
    "a payment": (patient(last_paid_at=JUST_NOW), ERASE, FACTS, RetentionRunning),
    "a treatment of the duplicate": (
        patient(),
        replace(ERASE, asked_patient_ids=(PATIENT, OTHER)),
        replace(FACTS, merged=(patient(patient_id=OTHER, last_treated_at=JUST_NOW),)),
        RetentionRunning,
    ),
    "a chain that says no time": (
        patient(last_treated_at=LONG_AGO),
        ERASE,
        replace(FACTS, policy=None),
        PolicyMissing,
    ),
    "a treatment to come": (
        patient(),
        ERASE,
        replace(FACTS, accepted_plan_ids=(PLAN,)),
        PatientInTreatment,
    ),
    "being erased": (patient(state=PatientState.ERASED), ERASE, FACTS, PatientErased),
    "being merged": (patient(state=PatientState.MERGED), ERASE, FACTS, PatientMerged),
}


@pytest.mark.parametrize("why", KEPT)
def test_what_keeps_a_record_refuses(why: str) -> None:
    record, command, facts, refusal = KEPT[why]
    with pytest.raises(refusal):
        decided(command, record, facts)


def test_nobody_is_not_erased() -> None:
    with pytest.raises(PatientNotFound):
        decided(ERASE, None)


def test_a_plan_that_was_treated_waits_for_retention_alone() -> None:
    facts = replace(FACTS, accepted_plan_ids=(PLAN,))
    assert decided(ERASE, patient(last_treated_at=LONG_AGO), facts)


def test_the_refusal_says_until_which_day() -> None:
    with pytest.raises(RetentionRunning) as refused:
        decided(ERASE, patient(last_treated_at=JUST_NOW))
    [violation] = refused.value.violations
    assert violation.subject == (TODAY + timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("record", "until"),
    [
        (patient(last_treated_at=JUST_NOW), MIDNIGHT),
        (patient(legal_hold_ids=("h",)), None),
        (patient(open_serious_case_ids=("c",)), None),
    ],
)
def test_where_that_is_asked_for_it_is_restricted_instead(
    record: Patient, until: datetime | None
) -> None:
    [restricted] = decided(replace(ERASE, restrict_if_kept=True), record)
    assert restricted == Restricted(PATIENT, until, NOW)
    after = DECIDER.evolve(record, restricted)
    assert (after.state, after.restricted_until) == (PatientState.RESTRICTED, until)
    assert decided(replace(ERASE, restrict_if_kept=True), after) == []


def test_what_waits_for_treatment_is_not_restricted_either() -> None:
    facts = replace(FACTS, accepted_plan_ids=(PLAN,))
    with pytest.raises(PatientInTreatment):
        decided(replace(ERASE, restrict_if_kept=True), patient(legal_hold_ids=("h",)), facts)


def test_a_restriction_with_an_end_is_looked_at_then() -> None:
    assert DECIDER.project is not None
    [timer] = DECIDER.project(Restricted(PATIENT, MIDNIGHT, NOW))
    assert timer == Timer(f"retry-erasure:{PATIENT}", MIDNIGHT, "retry_erasure", "patient", PATIENT)
    assert not DECIDER.project(Restricted(PATIENT, None, NOW))


def test_at_its_end_a_restricted_record_is_erased() -> None:
    assert decided(RETRY, replace(RESTRICTED, last_treated_at=LONG_AGO)) == [
        Erased(PATIENT, (), NOW)
    ]


def test_or_restricted_anew_where_something_keeps_it_by_then() -> None:
    held = replace(RESTRICTED, legal_hold_ids=("h",))
    assert decided(RETRY, held) == [Restricted(PATIENT, None, NOW)]


@pytest.mark.parametrize("record", [None, patient(), patient(state=PatientState.ERASED)])
def test_the_timer_touches_no_other_record(record: Patient | None) -> None:
    assert decided(RETRY, record) == []


@given(st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 36_500))
def test_retention_runs_from_the_last_of_them(treated: int, paid: int, days: int) -> None:
    stated = {"last_treated_at": treated, "last_paid_at": paid}
    record = patient(**{name: NOW - timedelta(days=ago) for name, ago in stated.items()})
    until = retained_until([record, patient()], replace(POLICY, retention_days=days))
    assert until == TODAY + timedelta(days=days - min(treated, paid))
