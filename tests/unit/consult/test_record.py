"""A record is amended, treated beside, held, photographed; and one that is over is left alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import DateInvalid, DomainError, SealedText
from services.consult.domain.patient.clinical import Coding, Therapy, TherapyKind
from services.consult.domain.patient.commands import (
    AmendPatient,
    Command,
    EndTherapy,
    LiftLegalHold,
    MergePatients,
    NoteObligation,
    PlaceLegalHold,
    RecordHistory,
    RecordTherapy,
    SignPhotoConsent,
    WithdrawPhotoConsent,
)
from services.consult.domain.patient.decider import DECIDER
from services.consult.domain.patient.errors import (
    LegalHoldNotFound,
    PatientErased,
    PatientMerged,
    PatientNotFound,
    PatientRestricted,
    PhotoConsentMissing,
    TherapyNotFound,
)
from services.consult.domain.patient.events import (
    Event,
    HistoryRecorded,
    LegalHoldLifted,
    LegalHoldPlaced,
    ObligationNoted,
    PatientAmended,
    PatientRegistered,
    PhotoConsentSigned,
    PhotoConsentWithdrawn,
    TherapyEnded,
    TherapyRecorded,
)
from services.consult.domain.patient.events import PatientErased as Erased
from services.consult.domain.patient.events import PatientMerged as Merged
from services.consult.domain.patient.events import PatientRestricted as Restricted
from services.consult.domain.patient.model import (
    AgeBand,
    Patient,
    PhotoPurpose,
    PregnancyPotential,
    VitalStatus,
)
from services.consult.domain.patient.photo import text_for
from services.consult.domain.plan.consent_text import digest_of
from services.consult.domain.plan.errors import ConsentStale, LanguageNotAvailable
from services.consult.domain.practitioner.errors import LicenceLapsed
from services.consult.domain.practitioner.model import Practitioner
from services.consult.reference.loader import reference
from tests.support.spec import Spec
from tests.unit.consult.samples import (
    CLINIC,
    DOCTOR,
    HISTORY,
    NOW,
    PATIENT,
    TODAY,
    VOCABULARY,
    doctor,
)

OTHER = PATIENT.replace("a1", "a2")
LATER = NOW + timedelta(days=1)
SEALED, RESEALED = (SealedText("identity", version, b"\x01") for version in ("v1", "v2"))
REGISTERED = PatientRegistered(
    PATIENT,
    CLINIC,
    VitalStatus.ALIVE,
    AgeBand.UNKNOWN,
    PregnancyPotential.NOT_ASKED,
    SEALED,
    NOW,
)
PATIENTS = Spec(DECIDER)
KNOWN = PATIENTS.given(REGISTERED)
TOPICAL = Coding("http://snomed.info/sct", "387272001")
THERAPY = Therapy("t", TherapyKind.TOPICAL, TOPICAL, TODAY, None)
RECORD = RecordTherapy(PATIENT, "t", TherapyKind.TOPICAL, TOPICAL, TODAY, None, VOCABULARY, NOW)
RECORDED = TherapyRecorded(PATIENT, THERAPY, NOW)
PLACE = PlaceLegalHold(PATIENT, "h", None, NOW)
PLACED = LegalHoldPlaced(PATIENT, "h", None, NOW)
PURPOSES = (PhotoPurpose.RECORD, PhotoPurpose.TEACHING)
SIGN = SignPhotoConsent(PATIENT, "p", PURPOSES, b"d", b"d", "en", b"s", DOCTOR, NOW)
SIGNED = PhotoConsentSigned(PATIENT, "p", PURPOSES, b"d", "en", b"s", DOCTOR, NOW)
AMEND = AmendPatient(PATIENT, None, None, None, None, LATER)


def after(*events: Event) -> Patient:
    state = PATIENTS.given(REGISTERED, *events).state
    assert state is not None
    return state


def test_what_is_not_given_stays() -> None:
    [amended] = KNOWN.when(AMEND, None)
    assert amended == PatientAmended(
        PATIENT, VitalStatus.ALIVE, AgeBand.UNKNOWN, PregnancyPotential.NOT_ASKED, SEALED, LATER
    )
    assert after(amended) == after()


def test_what_is_given_replaces() -> None:
    command = replace(
        AMEND,
        identity=RESEALED,
        age_band=AgeBand.ADULT,
        vital_status=VitalStatus.DECEASED,
        pregnancy_potential=PregnancyPotential.ASKED_YES,
    )
    [amended] = KNOWN.when(command, None)
    state = after(amended)
    assert (state.identity, state.age_band) == (RESEALED, AgeBand.ADULT)
    assert state.vital_status is VitalStatus.DECEASED
    assert state.pregnancy_potential is PregnancyPotential.ASKED_YES


def test_a_therapy_goes_on_until_it_ends() -> None:
    assert KNOWN.when(RECORD, None) == [RECORDED]
    ended = TherapyEnded(PATIENT, "t", TODAY, LATER)
    going_on = PATIENTS.given(REGISTERED, RECORDED)
    assert going_on.when(EndTherapy(PATIENT, "t", TODAY, LATER), None) == [ended]
    assert after(RECORDED).therapies == (THERAPY,)
    assert after(RECORDED, ended).therapies == (replace(THERAPY, ended_on=TODAY),)


def test_a_therapy_does_not_end_before_it_begins() -> None:
    yesterday = TODAY - timedelta(days=1)
    with pytest.raises(DateInvalid):
        KNOWN.when(replace(RECORD, ended_on=yesterday), None)
    with pytest.raises(DateInvalid):
        PATIENTS.given(REGISTERED, RECORDED).when(EndTherapy(PATIENT, "t", yesterday, NOW), None)
    with pytest.raises(TherapyNotFound):
        KNOWN.when(EndTherapy(PATIENT, "t", TODAY, NOW), None)


def test_a_legal_hold_stands_until_lifted() -> None:
    lift, lifted = LiftLegalHold(PATIENT, "h", LATER), LegalHoldLifted(PATIENT, "h", LATER)
    assert KNOWN.when(PLACE, None) == [PLACED]
    assert after(PLACED).legal_hold_ids == ("h",)
    assert PATIENTS.given(REGISTERED, PLACED).when(lift, None) == [lifted]
    assert after(PLACED, lifted).legal_hold_ids == ()
    with pytest.raises(LegalHoldNotFound):
        KNOWN.when(lift, None)


def test_a_photo_consent_is_signed_under_the_text_as_it_is() -> None:
    assert KNOWN.when(SIGN, doctor()) == [SIGNED]
    assert after(SIGNED).photo_purposes == PURPOSES
    with pytest.raises(ConsentStale):
        KNOWN.when(replace(SIGN, text_digest=b"other"), doctor())


@pytest.mark.parametrize("witness", [None, doctor(until=TODAY - timedelta(days=1))])
def test_without_a_licence_nobody_takes_the_signature(witness: Practitioner | None) -> None:
    with pytest.raises(LicenceLapsed):
        KNOWN.when(SIGN, witness)


def test_a_photo_consent_is_taken_back() -> None:
    command = WithdrawPhotoConsent(PATIENT, LATER)
    withdrawn = PhotoConsentWithdrawn(PATIENT, "p", LATER)
    assert PATIENTS.given(REGISTERED, SIGNED).when(command, None) == [withdrawn]
    assert after(SIGNED, withdrawn).photo_purposes == ()
    with pytest.raises(PhotoConsentMissing):
        PATIENTS.given(REGISTERED, SIGNED, withdrawn).when(command, None)


def test_the_photo_text_says_what_for_and_not_in_which_order() -> None:
    texts = reference().texts("en", TODAY)
    one, two = text_for(texts, PURPOSES), text_for(texts, tuple(reversed(PURPOSES)))
    assert digest_of(one) == digest_of(two)
    assert digest_of(one) != digest_of(text_for(texts, tuple(PhotoPurpose)))
    with pytest.raises(LanguageNotAvailable):
        text_for(None, PURPOSES)


NOTED = ObligationNoted(PATIENT, NOW, None, None, NOW)


@pytest.mark.parametrize(
    ("before", "command", "noted"),
    [
        ([], NoteObligation(PATIENT, NOW, last_treated_at=NOW), [NOTED]),
        ([NOTED], NoteObligation(PATIENT, LATER, last_treated_at=NOW), []),
        (
            [NOTED],
            NoteObligation(PATIENT, LATER, last_treated_at=LATER),
            [ObligationNoted(PATIENT, LATER, None, None, LATER)],
        ),
        (
            [NOTED],
            NoteObligation(PATIENT, LATER, last_paid_at=NOW),
            [ObligationNoted(PATIENT, None, NOW, None, LATER)],
        ),
        (
            [],
            NoteObligation(PATIENT, NOW, serious_case_id="c"),
            [ObligationNoted(PATIENT, None, None, "c", NOW)],
        ),
        (
            [ObligationNoted(PATIENT, None, None, "c", NOW)],
            NoteObligation(PATIENT, LATER, serious_case_id="c"),
            [],
        ),
        ([Erased(PATIENT, (), NOW)], NoteObligation(PATIENT, NOW, last_treated_at=NOW), []),
    ],
)
def test_what_keeps_a_record_is_noted_once(
    before: list[Event], command: NoteObligation, noted: list[Event]
) -> None:
    assert PATIENTS.given(REGISTERED, *before).when(command, None) == noted


def test_what_is_noted_adds_up() -> None:
    paid = ObligationNoted(PATIENT, None, LATER, None, LATER)
    cases = [ObligationNoted(PATIENT, None, None, case, LATER) for case in ("c", "d")]
    state = after(NOTED, paid, *cases)
    assert (state.last_treated_at, state.last_paid_at) == (NOW, LATER)
    assert state.open_serious_case_ids == ("c", "d")


OVER: dict[type[DomainError], Event] = {
    PatientMerged: Merged(PATIENT, OTHER, (), (), NOW),
    PatientErased: Erased(PATIENT, (), NOW),
    PatientRestricted: Restricted(PATIENT, None, NOW),
}
BEGUN: list[Command] = [
    AMEND,
    RecordHistory(PATIENT, HISTORY, VOCABULARY, NOW),
    RECORD,
    EndTherapy(PATIENT, "t", TODAY, NOW),
    SIGN,
    MergePatients(PATIENT, OTHER, NOW),
]


@pytest.mark.parametrize("refusal", OVER)
@pytest.mark.parametrize("command", BEGUN, ids=lambda command: type(command).__name__)
def test_nothing_begins_with_a_record_that_is_over(
    command: Command, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        PATIENTS.given(REGISTERED, OVER[refusal]).when(command, None)
    with pytest.raises(PatientNotFound):
        PATIENTS.when(command, None)


def test_a_merged_record_says_into_which() -> None:
    with pytest.raises(PatientMerged) as refused:
        PATIENTS.given(REGISTERED, OVER[PatientMerged]).when(AMEND, None)
    assert refused.value.metadata == {"into_patient_id": OTHER}


def test_a_restricted_record_may_be_held_and_its_photographs_taken_back() -> None:
    restricted = PATIENTS.given(REGISTERED, SIGNED, OVER[PatientRestricted])
    assert restricted.when(PLACE, None) == [PLACED]
    assert restricted.when(WithdrawPhotoConsent(PATIENT, NOW), None)


@pytest.mark.parametrize("refusal", [PatientMerged, PatientErased])
def test_no_hold_is_placed_on_what_is_gone(refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        PATIENTS.given(REGISTERED, OVER[refusal]).when(PLACE, None)


def test_what_rules_rest_on_makes_older_assessments_out_of_date() -> None:
    history = HistoryRecorded(PATIENT, HISTORY, NOW)
    later = replace(RECORDED, recorded_at=LATER)
    [amended] = KNOWN.when(replace(AMEND, pregnancy_potential=PregnancyPotential.ASKED_YES), None)
    [renamed] = KNOWN.when(replace(AMEND, identity=RESEALED), None)
    assert after(history).history_recorded_at == NOW
    assert after(history, later).history_recorded_at == LATER
    assert after(history, amended).history_recorded_at == LATER
    assert after(history, renamed).history_recorded_at == NOW
