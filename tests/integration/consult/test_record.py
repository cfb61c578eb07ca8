"""The directory and a patient's record, changed over the wire."""

from datetime import UTC, datetime
from typing import Any

import pytest
from google.type import date_pb2

from mesoflow.clinical.v1 import answer_pb2, patient_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from tests.integration.consult.records import broken, registered, shown
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.directory import Directory

JUNE, JULY = (date_pb2.Date(year=2026, month=month, day=1) for month in (6, 7))
FAR = date_pb2.Date(year=9999, month=1, day=1)
NO_DAY = date_pb2.Date(year=2026, month=2, day=30)
DATE_INVALID = Refusal("INVALID_ARGUMENT", "DATE_INVALID")
TOPICAL = patient_pb2.Coding(system="http://snomed.info/sct", code="387272001")
RECORD, TEACHING = model_pb2.PHOTO_PURPOSE_RECORD, model_pb2.PHOTO_PURPOSE_TEACHING
CREDENTIAL = model_pb2.Credential(
    credential_code="TRICHOLOGY", authority_code="IAT", valid_from=JUNE
)


def physician(directory: Directory) -> Caller:
    return directory.service.caller("physician", practitioner_id=new_id())


def therapy(patient_id: str, began: date_pb2.Date = JUNE) -> pb.RecordTherapyRequest:
    return pb.RecordTherapyRequest(
        request_id=new_id(),
        patient_id=patient_id,
        kind=patient_pb2.THERAPY_KIND_TOPICAL,
        coding=TOPICAL,
        started_on=began,
    )


async def test_the_chain_and_its_clinics_are_amended(directory: Directory) -> None:
    stub, clinic_id = directory.directory, (await directory.opened()).clinic_id
    request = pb.AmendChainRequest(request_id=new_id(), jurisdiction_code="IE")
    assert (await directory.admin.call(stub.AmendChain, request)).HasField("amended_at")
    chain = (await directory.admin.call(stub.GetChain, pb.GetChainRequest())).chain
    assert (chain.short_name, chain.jurisdiction_code) == ("demo", "IE")
    amending = pb.AmendClinicRequest(
        request_id=new_id(),
        clinic_id=clinic_id,
        time_zone="Europe/Dublin",
        jurisdiction_code="IE",
        legal_entity_code="LE2",
    )
    assert (await directory.admin.call(stub.AmendClinic, amending)).HasField("amended_at")
    await directory.opened()
    listing = pb.ListClinicsRequest(jurisdiction_code="IE")
    [listed] = (await directory.admin.call(stub.ListClinics, listing)).clinics
    assert (listed.clinic_id, listed.time_zone, listed.legal_entity_code) == (
        clinic_id,
        "Europe/Dublin",
        "LE2",
    )
    amending.request_id, amending.time_zone = new_id(), "Mars/North"
    refused = await refusal(directory.admin.call(stub.AmendClinic, amending))
    assert refused == Refusal("INVALID_ARGUMENT", "TIME_ZONE_UNKNOWN")


async def test_a_practitioner_is_amended_and_a_licence_ends(directory: Directory) -> None:
    stub, practitioner_id = directory.directory, await directory.enrolled()
    clinic_id = (await directory.opened()).clinic_id
    licence = directory.licence(practitioner_id)
    licence_id = (await directory.admin.call(stub.RecordLicence, licence)).licence_id
    request = pb.AmendPractitionerRequest(
        request_id=new_id(),
        practitioner_id=practitioner_id,
        clinic_ids=[clinic_id],
        credentials=[CREDENTIAL],
    )
    await directory.admin.call(stub.AmendPractitioner, request)
    revoking = pb.RevokeLicenceRequest(
        request_id=new_id(), practitioner_id=practitioner_id, licence_id=licence_id
    )
    revoked = await directory.admin.call(stub.RevokeLicence, revoking)
    assert (revoked.licence_id, revoked.HasField("revoked_at")) == (licence_id, True)
    found = await directory.practitioner(practitioner_id)
    assert (list(found.clinic_ids), list(found.credentials)) == ([clinic_id], [CREDENTIAL])
    assert found.licences[0].valid_until.year < 2030
    for profession, ids in (
        (model_pb2.PROFESSION_PHYSICIAN, [practitioner_id]),
        (model_pb2.PROFESSION_NURSE, []),
    ):
        listing = pb.ListPractitionersRequest(profession=profession)
        listed = (await directory.admin.call(stub.ListPractitioners, listing)).practitioners
        assert [each.practitioner_id for each in listed] == ids
    assert await broken(directory) == []


async def test_who_is_limited_to_a_clinic_changes_nobody_of_another(directory: Directory) -> None:
    stub, one, other = directory.directory, *[await directory.opened() for _ in range(2)]
    limited = directory.service.caller("chain_admin", clinics=(one.clinic_id,))
    forbidden = Refusal("PERMISSION_DENIED", "CLINIC_FORBIDDEN")
    both = directory.enrolment(one.clinic_id, other.clinic_id)
    assert await refusal(limited.call(stub.EnrolPractitioner, both)) == forbidden
    enrolled = await directory.admin.call(stub.EnrolPractitioner, both)
    amending = pb.AmendPractitionerRequest(
        request_id=new_id(),
        practitioner_id=enrolled.practitioner_id,
        clinic_ids=[one.clinic_id],
    )
    assert await refusal(limited.call(stub.AmendPractitioner, amending)) == forbidden
    own = await limited.call(stub.EnrolPractitioner, directory.enrolment(one.clinic_id))
    amending.practitioner_id = own.practitioner_id
    assert (await limited.call(stub.AmendPractitioner, amending)).HasField("amended_at")


async def test_practitioners_of_a_clinic_are_listed_page_by_page(directory: Directory) -> None:
    stub, one, other = directory.directory, *[await directory.opened() for _ in range(2)]
    at_one = set[str]()
    for number in range(6):
        place = one if number % 2 else other
        enrolling = directory.enrolment(place.clinic_id)
        enrolled = await directory.admin.call(stub.EnrolPractitioner, enrolling)
        at_one |= {enrolled.practitioner_id} if place is one else set()
    listing = pb.ListPractitionersRequest(clinic_id=one.clinic_id, page_size=2)
    first = await directory.admin.call(stub.ListPractitioners, listing)
    listing.page_token = first.next_page_token
    last = await directory.admin.call(stub.ListPractitioners, listing)
    assert (len(first.practitioners), last.next_page_token) == (2, "")
    listed = [each.practitioner_id for each in (*first.practitioners, *last.practitioners)]
    assert (len(listed), set(listed)) == (3, at_one)
    listing.clinic_id = other.clinic_id
    refused = await refusal(directory.admin.call(stub.ListPractitioners, listing))
    assert refused == Refusal("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")


async def test_a_therapy_is_recorded_and_ended(directory: Directory) -> None:
    patient_id, doctor = await registered(directory), physician(directory)
    recorded = await doctor.call(directory.patients.RecordTherapy, therapy(patient_id))
    ending = pb.EndTherapyRequest(
        request_id=new_id(),
        patient_id=patient_id,
        therapy_id=recorded.therapy_id,
        ended_on=JULY,
    )
    assert (await doctor.call(directory.patients.EndTherapy, ending)).HasField("recorded_at")
    [kept] = (await shown(directory, patient_id)).therapies
    assert (kept.therapy_id, kept.coding, kept.ended_on) == (recorded.therapy_id, TOPICAL, JULY)


async def test_a_day_in_no_calendar_is_refused(directory: Directory) -> None:
    patient_id, doctor = await registered(directory), physician(directory)
    recording = therapy(patient_id, NO_DAY)
    assert await refusal(doctor.call(directory.patients.RecordTherapy, recording)) == DATE_INVALID
    no = answer_pb2.ANSWER_NO
    lab = patient_pb2.LabResult(lab_code="FERRITIN", measured_on=NO_DAY)
    history = patient_pb2.History(pregnant=no, breastfeeding=no, labs=[lab])
    request = pb.RecordHistoryRequest(request_id=new_id(), patient_id=patient_id, history=history)
    assert await refusal(doctor.call(directory.patients.RecordHistory, request)) == DATE_INVALID


@pytest.mark.parametrize("unit_code", ["\0", "ng per mL"])
async def test_a_unit_is_a_code_and_no_text(directory: Directory, unit_code: str) -> None:
    patient_id, no = await registered(directory), answer_pb2.ANSWER_NO
    lab = patient_pb2.LabResult(lab_code="FERRITIN", measured_on=JUNE, unit_code=unit_code)
    history = patient_pb2.History(pregnant=no, breastfeeding=no, labs=[lab])
    request = pb.RecordHistoryRequest(request_id=new_id(), patient_id=patient_id, history=history)
    refused = await refusal(physician(directory).call(directory.patients.RecordHistory, request))
    assert (refused.reason, refused.fields) == ("REQUEST_INVALID", ["history.labs.unit_code"])


@pytest.mark.parametrize(
    ("lab", "reason", "field"),
    [
        ({"lab_code": "FERRITINE", "value_thousandths": 1}, "LAB_UNKNOWN", "lab_code"),
        ({"value_thousandths": 1, "unit_code": "g"}, "LAB_UNIT_UNKNOWN", "unit_code"),
        ({"value_thousandths": 1}, "LAB_UNIT_UNKNOWN", "unit_code"),
        ({"positive": answer_pb2.ANSWER_NO}, "LAB_RESULT_INVALID", "value_thousandths"),
        (
            {"lab_code": "PREGNANCY_TEST", "value_thousandths": 1},
            "LAB_RESULT_INVALID",
            "value_thousandths",
        ),
        (
            {"value_thousandths": 1, "unit_code": "ug/L", "measured_on": FAR},
            "DATE_INVALID",
            "measured_on",
        ),
        ({"value_thousandths": 1, "unit_code": "ug/L"}, "", ""),
        ({"lab_code": "PREGNANCY_TEST", "positive": answer_pb2.ANSWER_NO}, "", ""),
    ],
)
async def test_a_result_is_held_against_its_test(
    directory: Directory, lab: dict[str, Any], reason: str, field: str
) -> None:
    patient_id, no = await registered(directory), answer_pb2.ANSWER_NO
    stated = patient_pb2.LabResult(**{"lab_code": "FERRITIN", "measured_on": JUNE, **lab})
    history = patient_pb2.History(pregnant=no, breastfeeding=no, labs=[stated])
    request = pb.RecordHistoryRequest(request_id=new_id(), patient_id=patient_id, history=history)
    asked = physician(directory).call(directory.patients.RecordHistory, request)
    if not reason:
        await asked
        assert list((await shown(directory, patient_id)).history.labs) == [stated]
        return
    refused = await refusal(asked)
    assert (refused.status, refused.reason) == ("INVALID_ARGUMENT", reason)
    assert refused.fields == [f"history.labs[0].{field}"]


async def test_codes_of_the_house_are_those_of_the_reference_data(directory: Directory) -> None:
    patient_id, no, doctor = await registered(directory), answer_pb2.ANSWER_NO, physician(directory)
    allergy = patient_pb2.Coding(system="urn:mesoflow:ingredient", code="lidocain")
    history = patient_pb2.History(pregnant=no, breastfeeding=no, allergies=[allergy])
    request = pb.RecordHistoryRequest(request_id=new_id(), patient_id=patient_id, history=history)
    refused = await refusal(doctor.call(directory.patients.RecordHistory, request))
    assert (refused.reason, refused.fields) == ("CODING_UNKNOWN", ["history.allergies[0].code"])
    recording = therapy(patient_id)
    recording.coding.system, recording.coding.code = "urn:mesoflow:therapy", "minoxidil"
    refused = await refusal(doctor.call(directory.patients.RecordTherapy, recording))
    assert (refused.reason, refused.fields) == ("THERAPY_UNKNOWN", ["coding.code"])
    recording.coding.code, recording.request_id = "minoxidil_topical_5", new_id()
    assert (await doctor.call(directory.patients.RecordTherapy, recording)).therapy_id


@pytest.mark.parametrize("language", ["en", "en-GB"])
async def test_a_photo_consent_is_signed_and_taken_back(
    directory: Directory, language: str
) -> None:
    practitioner_id, patient_id = await directory.enrolled(), await registered(directory)
    doctor = directory.service.caller("physician", practitioner_id=practitioner_id)
    asking = pb.GetPhotoConsentTextRequest(
        patient_id=patient_id, language=language, purposes=[TEACHING, RECORD]
    )
    text = await doctor.call(directory.patients.GetPhotoConsentText, asking)
    signing = pb.SignPhotoConsentRequest(
        request_id=new_id(),
        patient_id=patient_id,
        purposes=[RECORD, TEACHING],
        text_digest=text.text_digest,
        language=language,
        patient_signature_digest=b"\x02" * 32,
    )
    lapsed = await refusal(doctor.call(directory.patients.SignPhotoConsent, signing))
    assert lapsed == Refusal("FAILED_PRECONDITION", "LICENCE_LAPSED")
    licence = directory.licence(practitioner_id)
    await directory.admin.call(directory.directory.RecordLicence, licence)
    assert (await doctor.call(directory.patients.SignPhotoConsent, signing)).photo_consent_id
    assert len((await shown(directory, patient_id)).photo_purposes) == 2
    withdrawing = pb.WithdrawPhotoConsentRequest(request_id=new_id(), patient_id=patient_id)
    await doctor.call(directory.patients.WithdrawPhotoConsent, withdrawing)
    assert not (await shown(directory, patient_id)).photo_purposes
    signing.request_id, signing.text_digest = new_id(), b"\x03" * 32
    stale = await refusal(doctor.call(directory.patients.SignPhotoConsent, signing))
    assert stale == Refusal("FAILED_PRECONDITION", "CONSENT_STALE")


async def test_patients_are_listed_by_state(directory: Directory) -> None:
    kept, gone = await registered(directory), await registered(directory)
    await directory.admin.call(
        directory.patients.ErasePatient,
        pb.ErasePatientRequest(request_id=new_id(), patient_id=gone),
    )
    for state, ids in (
        (model_pb2.PATIENT_STATE_UNSPECIFIED, {kept, gone}),
        (model_pb2.PATIENT_STATE_ACTIVE, {kept}),
        (model_pb2.PATIENT_STATE_ERASED, {gone}),
    ):
        listing = pb.ListPatientsRequest(state=state)
        listed = (await directory.desk.call(directory.patients.ListPatients, listing)).patients
        assert {each.patient_id for each in listed} == ids


# Noon of the day before in London: the birthday has begun in Kiritimati and nowhere in America.
NOON, BIRTHDAY = datetime(2040, 6, 1, 12, tzinfo=UTC), date_pb2.Date(year=2022, month=6, day=2)


@pytest.mark.parametrize(
    ("time_zone", "band"),
    [
        ("Pacific/Kiritimati", patient_pb2.AGE_BAND_ADULT),
        ("America/Los_Angeles", patient_pb2.AGE_BAND_MINOR),
    ],
)
async def test_nobody_is_of_age_before_their_birthday_begins_at_the_clinic(
    directory: Directory, time_zone: str, band: patient_pb2.AgeBand.ValueType
) -> None:
    directory.service.clock.ahead = NOON - datetime.now(UTC)
    opening = directory.opening()
    opening.time_zone = time_zone
    opened = await directory.admin.call(directory.directory.OpenClinic, opening)
    request = directory.patient(opened.clinic_id)
    request.identity.CopyFrom(model_pb2.Identity(full_name="x", birth_date=BIRTHDAY))
    reply = await directory.desk.call(directory.patients.RegisterPatient, request)
    assert (await shown(directory, reply.patient_id)).age_band == band
    amending = pb.AmendPatientRequest(request_id=new_id(), patient_id=reply.patient_id)
    amending.identity.CopyFrom(request.identity)
    await directory.desk.call(directory.patients.AmendPatient, amending)
    assert (await shown(directory, reply.patient_id)).age_band == band
