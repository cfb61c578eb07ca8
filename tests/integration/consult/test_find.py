"""Patients are found by a blind index that tells nobody anything."""

import pytest

from mesoflow.clinical.v1 import patient_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from tests.integration.consult.records import (
    BORN,
    BY_ADDRESS,
    BY_NAME,
    BY_PHONE,
    NAME,
    PHONE,
    broken,
    found,
    identified,
    identity,
    registered,
    shown,
)
from tests.support.calls import Refusal, new_id, refusal
from tests.support.directory import Directory, founded


@pytest.mark.parametrize("request_", [BY_NAME, BY_PHONE, BY_ADDRESS])
async def test_a_patient_is_found_by_each_of_them(
    directory: Directory, request_: pb.FindPatientsRequest
) -> None:
    clinic_id = (await directory.opened()).clinic_id
    patient_id = await registered(directory, clinic_id)
    elsewhere = (await directory.opened()).clinic_id
    assert await found(directory, request_) == [patient_id]
    assert await found(directory, request_, clinic_id) == [patient_id]
    assert await found(directory, request_, elsewhere) == []
    other = await founded(directory.service, new_id())
    assert await found(other, request_) == []


async def test_all_that_is_said_has_to_hold(directory: Directory) -> None:
    patient_id = await registered(directory)
    both = pb.FindPatientsRequest(full_name=NAME, birth_date=BORN, phone_number="123")
    assert await found(directory, both) == []
    both.phone_number = PHONE
    assert await found(directory, both) == [patient_id]


async def test_the_name_of_before_finds_nobody(directory: Directory) -> None:
    patient_id = await registered(directory)
    request = pb.AmendPatientRequest(
        request_id=new_id(), patient_id=patient_id, identity=identity("Zzcanary Featherquill")
    )
    await directory.desk.call(directory.patients.AmendPatient, request)
    assert await found(directory, BY_NAME) == []
    assert await found(directory, BY_PHONE) == [patient_id]
    assert (await identified(directory, patient_id, "identity_reader")).full_name == (
        "Zzcanary Featherquill"
    )
    assert (await shown(directory, patient_id)).age_band == patient_pb2.AGE_BAND_ADULT
    assert await broken(directory) == []


async def test_a_search_is_audited_and_keeps_no_name_anywhere(directory: Directory) -> None:
    patient_id = await registered(directory)
    await found(directory, BY_NAME)
    statement = "SELECT subject_id FROM chassis.audit WHERE method LIKE '%FindPatients'"
    rows = await directory.service.database.rows(statement)
    assert [row["subject_id"] for row in rows] == ["", patient_id]
    plain = "SELECT count(*) FROM chassis.sealed WHERE item ILIKE '%canary%' OR item ILIKE '%7946%'"
    assert await directory.service.database.value(plain) == 0


async def test_the_index_is_used(directory: Directory) -> None:
    async with directory.service.database.connected() as superuser:
        await superuser.execute("SET enable_seqscan = off")
        plan = await superuser.fetch(
            "EXPLAIN SELECT owner_id, version FROM chassis.sealed"
            f" WHERE chain_id = '{new_id()}' AND item = 'lookup:x' AND item LIKE 'lookup:%'"
        )
    assert any("sealed_by_lookup" in row[0] for row in plan)


async def test_a_name_without_a_birth_date_is_no_search(directory: Directory) -> None:
    searched = found(directory, pb.FindPatientsRequest(full_name=NAME))
    assert await refusal(searched) == Refusal("INVALID_ARGUMENT", "REQUEST_INVALID")
