"""Each kind of bad call gets its own status and reason, and the service stays up."""

import asyncio

import pytest
from grpc import aio

from mesoflow.clinical.v1 import patient_pb2
from mesoflow.common.v1 import feed_pb2
from mesoflow.common.v1.feed_pb2_grpc import FeedServiceStub
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from tests.support.calls import Refusal, bearer, new_id, raw, refusal, refusal_of
from tests.support.directory import CANARY, Directory

ADD_ROOM = "/mesoflow.consult.v1.DirectoryService/AddRoom"
INVALID = Refusal("INVALID_ARGUMENT", "REQUEST_INVALID")
MALFORMED = Refusal("INVALID_ARGUMENT", "REQUEST_MALFORMED")
TOKEN_INVALID = Refusal("UNAUTHENTICATED", "TOKEN_INVALID")


@pytest.mark.parametrize(
    "sent",
    [
        b"\xff\xff\xff",  # no such wire type
        b"\x0a\x7f12",  # a length beyond the end
        b"\x0a\x02\xff\xfe",  # a string that is not UTF-8
        b"\x1b" * 300,  # groups without an end
    ],
)
async def test_bytes_that_are_no_message(directory: Directory, sent: bytes) -> None:
    call = raw(directory.service.channel, ADD_ROOM)
    told = await refusal(call(sent, timeout=5, metadata=directory.admin.metadata))
    assert told == MALFORMED
    assert told.message == "The bytes are not a message of the method's request type."
    assert (await directory.opened()).clinic_id


@pytest.mark.parametrize("length", [1024 * 1024 + 1, 3 * 1024 * 1024])
async def test_a_message_over_the_limit(directory: Directory, length: int) -> None:
    call = raw(directory.service.channel, ADD_ROOM)
    told = await refusal(call(b"x" * length, timeout=5, metadata=directory.admin.metadata))
    assert told == Refusal("RESOURCE_EXHAUSTED", "REQUEST_TOO_LARGE")
    assert told.metadata == {"bytes_most": "1048576"}


async def test_a_message_over_what_the_server_takes_in(directory: Directory) -> None:
    call = raw(directory.service.channel, ADD_ROOM)
    sent = b"x" * (5 * 1024 * 1024)
    told = await refusal(call(sent, timeout=5, metadata=directory.admin.metadata))
    assert told.status == "RESOURCE_EXHAUSTED"
    assert (await directory.opened()).clinic_id


async def test_no_token(directory: Directory) -> None:
    missing = Refusal("UNAUTHENTICATED", "TOKEN_MISSING")
    stub, opening = directory.directory.OpenClinic, directory.opening()
    assert await refusal(stub(opening, timeout=5)) == missing
    other = (("authorization", "Basic c29tZW9uZTpzZWNyZXQ="),)
    assert await refusal(stub(opening, timeout=5, metadata=other)) == missing


async def test_a_token_of_another_issuer_audience_or_shape(directory: Directory) -> None:
    admin = directory.admin
    told = [
        await refusal(
            directory.directory.OpenClinic(directory.opening(), timeout=5, metadata=bearer(token))
        )
        for token in (
            admin.signed(iss="elsewhere"),
            admin.signed(aud="elsewhere"),
            admin.signed(chain=None),
            admin.signed(chain="not-a-chain"),
            admin.signed(roles="chain_admin"),
            admin.signed(exp=None),
            admin.token[:-6] + "AAAAAA",
            "not.a.token",
        )
    ]
    assert told == [TOKEN_INVALID] * 8


async def test_an_expired_token(directory: Directory) -> None:
    token = directory.admin.signed(ttl_seconds=-60)
    call = directory.directory.OpenClinic(directory.opening(), timeout=5, metadata=bearer(token))
    assert await refusal(call) == Refusal("UNAUTHENTICATED", "TOKEN_EXPIRED")


async def test_a_token_of_another_chain_finds_nothing(directory: Directory) -> None:
    clinic = await directory.opened()
    patient = await directory.registered(clinic.clinic_id)
    foreign = Directory(directory.service, chain=new_id())
    asked = [
        foreign.admin.call(
            foreign.directory.GetClinic, pb.GetClinicRequest(clinic_id=clinic.clinic_id)
        ),
        foreign.admin.call(foreign.directory.AddRoom, foreign.room(clinic.clinic_id)),
        foreign.desk.call(foreign.patients.RegisterPatient, foreign.patient(clinic.clinic_id)),
        foreign.desk.call(foreign.patients.GetPatient, pb.GetPatientRequest(patient_id=patient)),
    ]
    assert [(await refusal(call)).reason for call in asked] == [
        "CLINIC_NOT_FOUND",
        "CLINIC_NOT_FOUND",
        "CLINIC_NOT_FOUND",
        "PATIENT_NOT_FOUND",
    ]
    assert (await directory.clinic(clinic.clinic_id)).etag == '"1"'


async def test_a_role_that_may_not(directory: Directory) -> None:
    told = await refusal(directory.desk.call(directory.directory.OpenClinic, directory.opening()))
    assert told == Refusal("PERMISSION_DENIED", "ROLE_MISSING")
    assert told.metadata == {"roles": "chain_admin"}


async def test_a_clinic_that_the_token_does_not_reach(directory: Directory) -> None:
    mine, other = await directory.opened(), await directory.opened()
    desk = directory.service.caller("front_desk", "chain_admin", clinics=[mine.clinic_id])
    patient = await directory.registered(other.clinic_id)
    forbidden = Refusal("PERMISSION_DENIED", "CLINIC_FORBIDDEN")
    stubs = directory.directory, directory.patients
    assert await refusal(desk.call(stubs[0].AddRoom, directory.room(other.clinic_id))) == forbidden
    assert (
        await refusal(desk.call(stubs[1].RegisterPatient, directory.patient(other.clinic_id)))
        == forbidden
    )
    unseen = desk.call(stubs[1].GetPatient, pb.GetPatientRequest(patient_id=patient))
    assert await refusal(unseen) == Refusal("NOT_FOUND", "PATIENT_NOT_FOUND")
    await desk.call(stubs[0].AddRoom, directory.room(mine.clinic_id))


async def test_an_unknown_id(directory: Directory) -> None:
    asked = pb.GetClinicRequest(clinic_id=new_id())
    told = await refusal(directory.admin.call(directory.directory.GetClinic, asked))
    assert told == Refusal("NOT_FOUND", "CLINIC_NOT_FOUND")


@pytest.mark.parametrize("value", [0, 99, -1])
async def test_an_enum_value_that_does_not_exist(directory: Directory, value: int) -> None:
    clinic = await directory.opened()
    patient = directory.patient(clinic.clinic_id)
    patient.vital_status = patient_pb2.VitalStatus.ValueType(value)
    told = await refusal(directory.desk.call(directory.patients.RegisterPatient, patient))
    assert (told, told.fields) == (INVALID, ["vital_status"])


async def test_a_text_that_is_too_long(directory: Directory) -> None:
    clinic = await directory.opened()
    patient = directory.patient(clinic.clinic_id)
    patient.identity.full_name = CANARY * 10_000
    told = await refusal(directory.desk.call(directory.patients.RegisterPatient, patient))
    assert told == INVALID
    assert told.fields == ["identity.full_name"]
    assert "Zzcanary" not in str(told)


async def test_a_field_that_breaks_its_rule_is_named(directory: Directory) -> None:
    request = pb.AddRoomRequest(request_id="x", clinic_id="y", room_code="a b")
    told = await refusal(directory.admin.call(directory.directory.AddRoom, request))
    assert (told, sorted(told.fields)) == (INVALID, ["clinic_id", "request_id", "room_code"])


async def test_a_request_with_more_faults_than_a_refusal_has_room_for(directory: Directory) -> None:
    request = directory.enrolment(*(["no id"] * 300))
    call = directory.admin.call(directory.directory.EnrolPractitioner, request)
    told = await refusal(call)
    assert told == INVALID
    assert int(told.metadata["violations_left_out"]) > 0


async def test_no_deadline(directory: Directory) -> None:
    call = directory.directory.OpenClinic(directory.opening(), metadata=directory.admin.metadata)
    assert await refusal(call) == Refusal("INVALID_ARGUMENT", "DEADLINE_MISSING")


async def test_a_page_token_of_another_chain_list_or_size_of_nonsense(directory: Directory) -> None:
    for _ in range(3):
        await directory.opened()
    foreign = Directory(directory.service, chain=new_id())
    admin, stub = directory.admin, directory.directory
    first = await admin.call(stub.ListClinics, pb.ListClinicsRequest(page_size=2))
    assert len(first.clinics) == 2
    token = first.next_page_token
    rest = await admin.call(stub.ListClinics, pb.ListClinicsRequest(page_token=token))
    assert (len(rest.clinics), rest.next_page_token) == (1, "")
    invalid = Refusal("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")
    for caller, wrong in ((admin, "AAAA"), (admin, token[:-4] + "AAA="), (foreign.admin, token)):
        asked = pb.ListClinicsRequest(page_token=wrong)
        assert await refusal(caller.call(stub.ListClinics, asked)) == invalid
    other = pb.ListPractitionersRequest(page_token=token)
    assert await refusal(admin.call(stub.ListPractitioners, other)) == invalid


async def test_what_nobody_foresaw_is_internal_and_says_nothing(directory: Directory) -> None:
    clinic = await directory.opened()
    await directory.service.database.execute(
        "ALTER TABLE clinic RENAME COLUMN state TO secret_state"
    )
    asked = pb.GetClinicRequest(clinic_id=clinic.clinic_id)
    told = await refusal(directory.admin.call(directory.directory.GetClinic, asked))
    assert told == Refusal("INTERNAL", "INTERNAL")
    assert "secret" not in told.message


async def test_a_stream_of_an_unknown_type_or_with_nonsense_to_resume(directory: Directory) -> None:
    stub = FeedServiceStub(directory.service.channel)
    for asked, reason in (
        (feed_pb2.WatchRequest(types=["mesoflow.consult.v1.Nothing"]), "EVENT_TYPE_UNKNOWN"),
        (feed_pb2.WatchRequest(resume_token="AAAA"), "RESUME_TOKEN_INVALID"),
        (feed_pb2.WatchRequest(aggregate_id="x"), "REQUEST_INVALID"),
    ):
        with pytest.raises(aio.AioRpcError) as refused:
            async for _ in stub.Watch(asked, timeout=5, metadata=directory.admin.metadata):
                pass
        assert refusal_of(refused.value) == Refusal("INVALID_ARGUMENT", reason)


async def test_one_bad_call_does_not_touch_those_beside_it(directory: Directory) -> None:
    practitioners = await asyncio.gather(*[directory.enrolled() for _ in range(10)])
    broken = directory.service.caller("chain_admin", chain="not-a-chain")
    good = [
        directory.admin.call(directory.directory.RecordLicence, directory.licence(each))
        for each in practitioners
    ]
    bad = [
        refusal(broken.call(directory.directory.RecordLicence, directory.licence(each)))
        for each in practitioners
    ]
    told = await asyncio.gather(*good, *bad)
    assert told[10:] == [TOKEN_INVALID] * 10


async def test_identity_needs_a_name(directory: Directory) -> None:
    clinic = await directory.opened()
    patient = directory.patient(clinic.clinic_id)
    patient.identity.CopyFrom(model_pb2.Identity())
    told = await refusal(directory.desk.call(directory.patients.RegisterPatient, patient))
    assert told == INVALID
