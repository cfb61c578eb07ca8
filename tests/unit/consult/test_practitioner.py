"""A practitioner works at clinics of the chain, and a licence holds from day to day."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DateInvalid
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.dating import day_in
from services.consult.domain.plan.errors import ProfessionNotAllowed
from services.consult.domain.practitioner.commands import (
    AmendPractitioner,
    EnrolPractitioner,
    RecordLicence,
    RevokeLicence,
)
from services.consult.domain.practitioner.decider import DECIDER
from services.consult.domain.practitioner.errors import (
    LicenceLapsed,
    LicenceNotFound,
    PractitionerNotFound,
    ResponsiblePractitionerRequired,
)
from services.consult.domain.practitioner.events import (
    LicenceRecorded,
    LicenceRevoked,
    PractitionerAmended,
    PractitionerEnrolled,
)
from services.consult.domain.practitioner.model import Credential, Licence, Profession
from services.consult.domain.practitioner.signing import (
    refuse_elsewhere,
    refuse_unless_licensed,
    refuse_unless_licensed_physician,
)
from tests.support.spec import Spec
from tests.unit.consult.samples import CLINIC, DOCTOR, NOW, TODAY, doctor

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


ELSEWHERE = CLINIC.replace("c2", "c3")
CREDENTIAL = Credential("TRICHOLOGY", "IAT", TODAY, None)
AMEND = AmendPractitioner(DOCTOR, (ELSEWHERE,), (CREDENTIAL,), NOW)
AMENDED = PractitionerAmended(DOCTOR, (ELSEWHERE,), (CREDENTIAL,), NOW)
REVOKE = RevokeLicence(DOCTOR, "l", NOW)
YESTERDAY = TODAY - timedelta(days=1)


def test_clinics_and_credentials_replace_what_was() -> None:
    assert Spec(DECIDER).given(ENROLLED).when(AMEND, []) == [AMENDED]
    state = Spec(DECIDER).given(ENROLLED, RECORDED, AMENDED).state
    assert state is not None
    assert (state.clinic_ids, state.credentials) == ((ELSEWHERE,), (CREDENTIAL,))
    assert state.licensed_on(TODAY)


def test_a_credential_may_come_with_the_enrolment() -> None:
    [enrolled] = Spec(DECIDER).when(replace(ENROL, credentials=(CREDENTIAL,)), [])
    state = Spec(DECIDER).given(enrolled).state
    assert state is not None
    assert state.credentials == (CREDENTIAL,)


@pytest.mark.parametrize("command", [ENROL, AMEND])
def test_a_credential_does_not_end_before_it_begins(
    command: EnrolPractitioner | AmendPractitioner,
) -> None:
    backwards = replace(CREDENTIAL, valid_until=YESTERDAY)
    with pytest.raises(DateInvalid):
        Spec(DECIDER).given(ENROLLED).when(replace(command, credentials=(backwards,)), [])


def test_nobody_is_moved_to_a_clinic_of_another_chain() -> None:
    with pytest.raises(ClinicNotFound):
        Spec(DECIDER).given(ENROLLED).when(AMEND, [ELSEWHERE])


def test_a_revoked_licence_signs_nothing_from_now_on() -> None:
    # At half past nine the day before is not over everywhere.
    revoked = LicenceRevoked(DOCTOR, "l", "GMC", TODAY, YESTERDAY - timedelta(days=1), NOW)
    assert Spec(DECIDER).given(ENROLLED, RECORDED).when(REVOKE, None) == [revoked]
    state = Spec(DECIDER).given(ENROLLED, RECORDED, revoked).state
    assert state is not None
    assert not any(state.licensed_on(TODAY + timedelta(days=n)) for n in range(-1, 400))


@given(
    st.integers(0, 365 * 24).map(lambda hours: NOW + timedelta(hours=hours)),
    st.sampled_from(["Etc/GMT+12", "America/Los_Angeles", "UTC", "Pacific/Kiritimati"]),
)
def test_a_revoked_licence_is_over_on_the_day_of_every_clinic(at: datetime, zone: str) -> None:
    held = replace(RECORDED, valid_from=date(2020, 1, 1), valid_until=date(2030, 1, 1))
    [revoked] = Spec(DECIDER).given(ENROLLED, held).when(replace(REVOKE, at=at), None)
    assert isinstance(revoked, LicenceRevoked)
    assert revoked.valid_until < day_in(zone, at)


def test_a_licence_that_is_over_stays_over() -> None:
    over = replace(RECORDED, valid_from=date(2020, 1, 1), valid_until=date(2021, 1, 1))
    [revoked] = Spec(DECIDER).given(ENROLLED, over).when(REVOKE, None)
    assert isinstance(revoked, LicenceRevoked)
    assert revoked.valid_until == date(2021, 1, 1)


def test_a_licence_that_is_not_there_is_not_revoked() -> None:
    with pytest.raises(LicenceNotFound):
        Spec(DECIDER).given(ENROLLED).when(REVOKE, None)
    with pytest.raises(PractitionerNotFound):
        Spec(DECIDER).when(REVOKE, None)


def test_who_is_licensed_signs_and_who_is_not_does_not() -> None:
    refuse_unless_licensed(doctor(Profession.NURSE), TODAY)
    refuse_unless_licensed_physician(doctor(), TODAY)
    for nobody in (None, doctor(until=YESTERDAY)):
        with pytest.raises(LicenceLapsed):
            refuse_unless_licensed(nobody, TODAY)
        with pytest.raises(LicenceLapsed):
            refuse_unless_licensed_physician(nobody, TODAY)
    with pytest.raises(ProfessionNotAllowed):
        refuse_unless_licensed_physician(doctor(Profession.NURSE), TODAY)


def test_who_works_elsewhere_does_not_sign_here() -> None:
    refuse_elsewhere(doctor(), CLINIC)
    for nobody in (None, replace(doctor(), clinic_ids=(ELSEWHERE,))):
        with pytest.raises(ResponsiblePractitionerRequired):
            refuse_elsewhere(nobody, CLINIC)
