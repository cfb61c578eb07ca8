"""A patient is known by codes and states; the age band is all that leaves a birth date."""

from datetime import date

import pytest

from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.patient.commands import NotePlan, RecordHistory, RegisterPatient
from services.consult.domain.patient.decider import DECIDER
from services.consult.domain.patient.errors import PatientDeceased, PatientNotFound
from services.consult.domain.patient.events import (
    GroundChanged,
    HistoryRecorded,
    PatientRegistered,
    PlanNoted,
)
from services.consult.domain.patient.model import (
    AgeBand,
    PregnancyPotential,
    VitalStatus,
    age_band,
)
from tests.support.spec import Spec
from tests.unit.consult.samples import CLINIC, HISTORY, NOW, PATIENT, VOCABULARY


def registered(vital_status: VitalStatus = VitalStatus.ALIVE) -> PatientRegistered:
    potential = PregnancyPotential.ASKED_NO
    return PatientRegistered(PATIENT, CLINIC, vital_status, AgeBand.ADULT, potential, None, NOW)


REGISTER = RegisterPatient(
    PATIENT, CLINIC, None, VitalStatus.ALIVE, AgeBand.ADULT, PregnancyPotential.ASKED_NO, NOW
)
RECORD = RecordHistory(PATIENT, HISTORY, VOCABULARY, NOW)


def test_a_patient_is_registered() -> None:
    assert Spec(DECIDER).when(REGISTER, True) == [registered()]


def test_the_clinic_must_be_one_of_the_chain() -> None:
    with pytest.raises(ClinicNotFound):
        Spec(DECIDER).when(REGISTER, False)


def test_a_history_is_recorded_and_the_newest_holds() -> None:
    assert Spec(DECIDER).given(registered()).when(RECORD, None) == [
        HistoryRecorded(PATIENT, HISTORY, NOW)
    ]
    state = Spec(DECIDER).given(registered(), HistoryRecorded(PATIENT, HISTORY, NOW)).state
    assert state is not None
    assert (state.history, state.history_recorded_at) == (HISTORY, NOW)


def test_a_history_is_news_for_plans_where_there_are_any() -> None:
    noted = NotePlan(PATIENT, NOW)
    planned = Spec(DECIDER).given(registered(), PlanNoted(PATIENT, NOW))
    assert Spec(DECIDER).given(registered()).when(noted, None) == [PlanNoted(PATIENT, NOW)]
    assert planned.when(noted, None) == []
    told = planned.when(RECORD, None)
    assert told == [GroundChanged(PATIENT, NOW), HistoryRecorded(PATIENT, HISTORY, NOW)]


def test_a_history_needs_its_patient() -> None:
    with pytest.raises(PatientNotFound):
        Spec(DECIDER).when(RECORD, None)


def test_nothing_is_recorded_of_the_dead() -> None:
    with pytest.raises(PatientDeceased):
        Spec(DECIDER).given(registered(VitalStatus.DECEASED)).when(RECORD, None)


@pytest.mark.parametrize(
    ("born", "today", "band"),
    [
        (None, date(2026, 12, 1), AgeBand.UNKNOWN),
        (date(2026, 12, 2), date(2026, 12, 1), AgeBand.UNKNOWN),
        (date(2008, 12, 1), date(2026, 11, 30), AgeBand.MINOR),
        (date(2008, 12, 1), date(2026, 12, 1), AgeBand.ADULT),
        (date(2008, 2, 29), date(2026, 2, 28), AgeBand.MINOR),
        (date(2008, 2, 29), date(2026, 3, 1), AgeBand.ADULT),
        (date(1950, 6, 1), date(2026, 12, 1), AgeBand.ADULT),
    ],
)
def test_age_bands(born: date | None, today: date, band: AgeBand) -> None:
    assert age_band(born, today) is band
