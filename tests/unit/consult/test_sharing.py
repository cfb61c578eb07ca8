"""A record is opened to a further clinic once, stays its own clinic's, and decides as it did."""

from dataclasses import replace

from services.consult.domain.patient.commands import AbsorbPatient, AmendPatient
from services.consult.domain.patient.decider import DECIDER
from services.consult.domain.patient.events import PatientAbsorbed, PatientRegistered
from services.consult.domain.patient.model import AgeBand, PregnancyPotential, VitalStatus
from services.consult.domain.sharing import RecordShared, ShareRecord, sharing
from tests.support.spec import Spec
from tests.unit.consult.samples import CLINIC, NOW, PATIENT, patient

THERE = CLINIC.replace("c2", "c3")
YONDER = CLINIC.replace("c2", "c4")
DOUBLE = PATIENT.replace("a1", "a2")
REGISTERED = PatientRegistered(
    PATIENT, CLINIC, VitalStatus.ALIVE, AgeBand.ADULT, PregnancyPotential.ASKED_NO, None, NOW
)
SHARE = ShareRecord(PATIENT, NOW, THERE)
SHARED = RecordShared(PATIENT, PATIENT, THERE, NOW)
RECORD = Spec(sharing(DECIDER))


def test_a_further_clinic_reaches_a_record_that_stays_where_it_is() -> None:
    assert RECORD.given(REGISTERED).when(SHARE, None) == [SHARED]
    state = RECORD.given(REGISTERED, SHARED).state
    assert state is not None
    assert (state.clinic_id, state.further_clinic_ids) == (CLINIC, (THERE,))


def test_it_is_opened_once_and_its_own_clinic_and_nothing_need_no_opening() -> None:
    assert RECORD.given(REGISTERED, SHARED).when(SHARE, None) == []
    assert RECORD.given(REGISTERED).when(replace(SHARE, clinic_id=CLINIC), None) == []
    assert Spec(sharing(DECIDER)).when(SHARE, None) == []


def test_clinics_are_only_added() -> None:
    more = replace(SHARED, clinic_id=YONDER)
    state = RECORD.given(REGISTERED, SHARED, more).state
    assert state is not None
    assert state.further_clinic_ids == (THERE, YONDER)


def test_it_decides_as_it_did() -> None:
    amend = AmendPatient(PATIENT, None, VitalStatus.DECEASED, None, None, NOW)
    state = RECORD.given(REGISTERED, SHARED).state
    plain, shared = Spec(DECIDER).given(REGISTERED), RECORD.given(REGISTERED, SHARED)
    assert shared.when(amend, None) == plain.when(amend, None)
    assert state is not None
    after = RECORD.given(REGISTERED, SHARED, *plain.when(amend, None)).state
    assert after is not None
    assert after.further_clinic_ids == (THERE,)


def test_whoever_reached_a_duplicate_reaches_the_record_that_stays() -> None:
    double = patient(patient_id=DOUBLE, clinic_id=THERE, further_clinic_ids=(YONDER, CLINIC))
    absorb = AbsorbPatient(PATIENT, DOUBLE, NOW)
    [absorbed] = RECORD.given(REGISTERED, replace(SHARED, clinic_id=YONDER)).when(absorb, double)
    assert isinstance(absorbed, PatientAbsorbed)
    assert absorbed.further_clinic_ids == (YONDER, THERE)
    state = RECORD.given(REGISTERED, absorbed).state
    assert state is not None
    assert state.further_clinic_ids == (YONDER, THERE)
