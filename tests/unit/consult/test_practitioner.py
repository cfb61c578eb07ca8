"""A practitioner works at clinics of the chain, and a licence holds from day to day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.practitioner.commands import EnrolPractitioner, RecordLicence
from services.consult.domain.practitioner.decider import DECIDER
from services.consult.domain.practitioner.errors import DateInvalid, PractitionerNotFound
from services.consult.domain.practitioner.events import LicenceRecorded, PractitionerEnrolled
from services.consult.domain.practitioner.model import Licence, Profession
from tests.support.spec import Spec
from tests.unit.consult.samples import CLINIC, DOCTOR, NOW, TODAY

ENROL = EnrolPractitioner(DOCTOR, (CLINIC,), Profession.PHYSICIAN, NOW)
ENROLLED = PractitionerEnrolled(DOCTOR, (CLINIC,), Profession.PHYSICIAN, NOW)
YEAR = timedelta(days=365)
RECORD = RecordLicence(DOCTOR, "l", "GMC", None, TODAY, TODAY + YEAR, NOW)
RECORDED = LicenceRecorded(DOCTOR, "l", "GMC", None, TODAY, TODAY + YEAR, NOW)


def test_a_practitioner_is_enrolled() -> None:
    assert Spec(DECIDER).when(ENROL, []) == [ENROLLED]


def test_every_clinic_must_be_one_of_the_chain() -> None:
    with pytest.raises(ClinicNotFound) as refused:
        Spec(DECIDER).when(ENROL, [CLINIC])
    assert refused.value.metadata == {"clinic_ids": CLINIC}


def test_a_licence_is_recorded() -> None:
    assert Spec(DECIDER).given(ENROLLED).when(RECORD, None) == [RECORDED]


def test_a_licence_does_not_end_before_it_begins() -> None:
    backwards = replace(RECORD, valid_until=RECORD.valid_from - timedelta(days=1))
    with pytest.raises(DateInvalid):
        Spec(DECIDER).given(ENROLLED).when(backwards, None)


def test_a_licence_needs_its_practitioner() -> None:
    with pytest.raises(PractitionerNotFound):
        Spec(DECIDER).when(RECORD, None)


@given(st.dates(), st.dates(), st.dates())
def test_a_licence_holds_on_its_first_and_last_day_and_between(
    start: date, end: date, day: date
) -> None:
    licence = Licence("l", "GMC", None, start, end)
    assert licence.valid_on(day) == (start <= day and day <= end)


def test_any_licence_that_holds_will_do() -> None:
    lapsed = replace(RECORDED, valid_from=date(2020, 1, 1), valid_until=date(2021, 1, 1))
    state = Spec(DECIDER).given(ENROLLED, lapsed, RECORDED).state
    assert state is not None
    assert state.licensed_on(TODAY)
    assert not state.licensed_on(TODAY - timedelta(days=1))
    assert not state.licensed_on(TODAY + YEAR + timedelta(days=1))
