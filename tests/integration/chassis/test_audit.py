"""Who asked and was refused, and who read whose identity, is written down; nothing typed is."""

import asyncpg

from mesoflow.consult.v1 import service_pb2 as pb
from tests.support.calls import Refusal, new_id, refusal
from tests.support.directory import CANARY, Directory

AUDIT = "SELECT actor, method, subject_id, verdict, request_id FROM chassis.audit ORDER BY position"
NOWHERE = Refusal("NOT_FOUND", "CLINIC_NOT_FOUND")


async def audited(directory: Directory) -> list[asyncpg.Record]:
    return await directory.service.database.rows(AUDIT)


async def test_a_refusal_is_audited_with_its_reason(directory: Directory) -> None:
    request = directory.room(new_id())
    assert await refusal(directory.admin.call(directory.directory.AddRoom, request)) == NOWHERE
    method = "/mesoflow.consult.v1.DirectoryService/AddRoom"
    assert [tuple(row) for row in await audited(directory)] == [
        ("someone", method, "", "CLINIC_NOT_FOUND", request.request_id)
    ]


async def test_a_wrong_role_is_audited(directory: Directory) -> None:
    called = directory.desk.call(directory.directory.OpenClinic, directory.opening())
    assert await refusal(called) == Refusal("PERMISSION_DENIED", "ROLE_MISSING")
    assert [row["verdict"] for row in await audited(directory)] == ["ROLE_MISSING"]


async def test_what_was_done_is_not_audited_but_journalled(directory: Directory) -> None:
    clinic = await directory.opened()
    await directory.clinic(clinic.clinic_id)
    assert await audited(directory) == []


async def test_reading_an_identity_is_audited_refused_or_not(directory: Directory) -> None:
    patient = await directory.registered((await directory.opened()).clinic_id)
    request = pb.GetPatientIdentityRequest(patient_id=patient)
    reader = directory.service.caller("identity_reader")
    told = await reader.call(directory.patients.GetPatientIdentity, request)
    assert told.identity.full_name == CANARY
    await refusal(directory.desk.call(directory.patients.GetPatientIdentity, request))
    rows = await audited(directory)
    assert [(row["subject_id"], row["verdict"]) for row in rows] == [
        (patient, "READ"),
        ("", "ROLE_MISSING"),
    ]


async def test_an_identity_is_in_no_column_in_clear(directory: Directory) -> None:
    await directory.registered((await directory.opened()).clinic_id)
    database = directory.service.database
    tables = await database.rows(
        "SELECT format('%I.%I', schemaname, tablename) AS place FROM pg_tables"
        " WHERE schemaname IN ('public', 'chassis')"
    )
    assert tables
    for place in (row["place"] for row in tables):
        if place == "public.schema_revisions":
            continue
        for row in await database.rows(f"SELECT * FROM {place}"):
            held = " ".join(str(value) for value in row.values())
            assert CANARY not in held, place
            assert "1990" not in held, place
