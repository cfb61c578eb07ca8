"""The journal proves itself: whatever is changed behind the service's back shows."""

import asyncio

import pytest

from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1.service_pb2_grpc import OpsServiceStub
from tests.support.calls import new_id
from tests.support.directory import Directory, founded

SWAPPED = """
UPDATE chassis.journal a SET payload = b.payload FROM chassis.journal b
WHERE a.aggregate = 'clinic' AND b.aggregate = 'clinic' AND a.version + b.version = 5
    AND a.version IN (2, 3)
"""
DIFFERS, GAP = ops.BREAK_KIND_HASH_DIFFERS, ops.BREAK_KIND_VERSION_GAP
HEAD, DOCUMENT = ops.BREAK_KIND_HEAD_DIFFERS, ops.BREAK_KIND_DOCUMENT_DIFFERS
CODES, OF_IT = "clinic_codes", "FROM clinic WHERE id = $1"
ROOM = "WHERE aggregate = 'clinic' AND version = 2"


async def verified(directory: Directory, **asked: str) -> ops.VerifyJournalResponse:
    stub = OpsServiceStub(directory.service.channel)
    auditor = directory.service.caller("auditor")
    return await auditor.call(stub.VerifyJournal, ops.VerifyJournalRequest(**asked))


async def furnished(directory: Directory) -> str:
    """Return a clinic with three rooms."""
    clinic = (await directory.opened()).clinic_id
    for _ in range(3):
        await directory.with_room(clinic)
    return clinic


async def test_an_untouched_journal_holds(directory: Directory) -> None:
    clinic = await furnished(directory)
    await directory.registered(clinic)
    found = await verified(directory)
    assert (found.aggregates_checked, found.events_checked) == (3, 6)
    assert list(found.broken) == []


async def test_a_journal_that_grows_meanwhile_holds(directory: Directory) -> None:
    """Documents and entries are read one after the other, and must be of one moment."""
    clinics = [(await directory.opened()).clinic_id for _ in range(6)]

    async def furnish(clinic: str) -> None:
        for _ in range(12):
            await directory.with_room(clinic)

    async def watch() -> list[ops.VerifyJournalResponse]:
        return [await verified(directory) for _ in range(12)]

    *_, found = await asyncio.gather(*map(furnish, clinics), watch())
    assert [broken for each in found or [] for broken in each.broken] == []


@pytest.mark.parametrize(
    ("tampering", "version", "kind"),
    [
        (f"UPDATE chassis.journal SET actor = 'nobody' {ROOM}", 2, DIFFERS),
        (f"UPDATE chassis.journal SET payload = payload || '\\x00' {ROOM}", 2, DIFFERS),
        (f"UPDATE chassis.journal SET type = type || 'x' {ROOM}", 2, DIFFERS),
        (
            f"UPDATE chassis.journal SET occurred_at = occurred_at - interval '1 day' {ROOM}",
            2,
            DIFFERS,
        ),
        (f"UPDATE chassis.journal SET request_id = NULL {ROOM}", 2, DIFFERS),
        (f"UPDATE chassis.journal SET traceparent = 'x' {ROOM}", 2, DIFFERS),
        (f"UPDATE chassis.journal SET aggregate = 'nothing' {ROOM}", 2, DIFFERS),
        (f"UPDATE chassis.journal SET event_id = gen_random_uuid() {ROOM}", 2, DIFFERS),
        (f"UPDATE chassis.journal SET cause_id = gen_random_uuid() {ROOM}", 2, DIFFERS),
        (
            f"UPDATE chassis.journal SET recorded_at = recorded_at + interval '1 ms' {ROOM}",
            2,
            DIFFERS,
        ),
        (f"UPDATE chassis.journal SET version = 9 {ROOM}", 3, GAP),
        (f"UPDATE chassis.journal SET hash = '\\x00' {ROOM}", 2, DIFFERS),
        (SWAPPED, 2, DIFFERS),
        (f"DELETE FROM chassis.journal {ROOM}", 3, GAP),
        ("DELETE FROM chassis.journal WHERE aggregate = 'clinic' AND version = 4", 3, HEAD),
        ("DELETE FROM chassis.journal WHERE aggregate = 'clinic'", 0, HEAD),
        ("UPDATE clinic SET head_hash = '\\x00'", 4, HEAD),
        ('UPDATE clinic SET state = state || \'{"time_zone": "UTC"}\'', 4, DOCUMENT),
    ],
)
async def test_tampering_is_found(
    directory: Directory, tampering: str, version: int, kind: ops.BreakKind.ValueType
) -> None:
    clinic = await furnished(directory)
    async with directory.service.database.connected() as superuser:
        await superuser.execute("SET session_replication_role = replica")
        await superuser.execute(tampering)
    (found,) = (await verified(directory)).broken
    assert (found.aggregate, found.aggregate_id) == ("clinic", clinic)
    assert (found.version, found.kind) == (version, kind)


async def test_a_document_without_its_row_is_found(directory: Directory) -> None:
    clinic = await furnished(directory)
    async with directory.service.database.connected() as superuser:
        await superuser.execute("SET session_replication_role = replica")
        await superuser.execute("DELETE FROM clinic")
    (found,) = (await verified(directory)).broken
    assert (found.aggregate_id, found.kind) == (clinic, HEAD)


async def test_one_aggregate_or_one_kind_may_be_asked_for(directory: Directory) -> None:
    clinic = await furnished(directory)
    await furnished(directory)
    assert (await verified(directory, aggregate="clinic")).aggregates_checked == 2
    one = await verified(directory, aggregate="clinic", aggregate_id=clinic)
    assert (one.aggregates_checked, one.events_checked) == (1, 4)


async def test_a_chain_verifies_its_own_journal(directory: Directory) -> None:
    await furnished(directory)
    stub = OpsServiceStub(directory.service.channel)
    foreign = directory.service.caller("auditor", chain=new_id())
    found = await foreign.call(stub.VerifyJournal, ops.VerifyJournalRequest())
    assert (found.aggregates_checked, found.events_checked) == (0, 0)


@pytest.mark.parametrize(
    ("tampering", "table", "version"),
    [
        ("UPDATE clinic_codes SET clinic_code = 'OTHER' WHERE clinic_id = $1", CODES, 1),
        ("UPDATE clinic_codes SET clinic_id = gen_random_uuid() WHERE clinic_id = $1", CODES, 1),
        ("DELETE FROM clinic_codes WHERE clinic_id = $1", CODES, 1),
        (f"INSERT INTO clinic_codes SELECT chain_id, 'NEW', $1 {OF_IT}", CODES, 0),
        (f"INSERT INTO imports SELECT chain_id, 'X', 'Y', $1 {OF_IT}", "imports", 0),
    ],
)
async def test_a_fact_that_was_edited_is_found(
    directory: Directory, tampering: str, table: str, version: int
) -> None:
    clinic = await furnished(directory)
    await furnished(directory)
    async with directory.service.database.connected() as superuser:
        await superuser.execute(tampering, clinic)
    (found,) = (await verified(directory)).broken
    assert (found.aggregate, found.kind) == (table, ops.BREAK_KIND_FACTS_DIFFER)
    assert (found.aggregate_id, found.version) == (clinic if version else "", version)


async def test_facts_of_two_are_found_apart(directory: Directory) -> None:
    clinics = [await furnished(directory) for _ in range(3)]
    async with directory.service.database.connected() as superuser:
        await superuser.execute("DELETE FROM clinic_codes WHERE clinic_id <> $1", clinics[1])
    found = (await verified(directory)).broken
    assert sorted(broken.aggregate_id for broken in found) == sorted([clinics[0], clinics[2]])


async def test_what_is_edited_of_another_chain_is_not_ours(directory: Directory) -> None:
    await furnished(directory)
    elsewhere = await founded(directory.service, new_id())
    await furnished(elsewhere)
    async with directory.service.database.connected() as superuser:
        changed = "UPDATE clinic_codes SET clinic_code = 'OTHER' WHERE chain_id = $1"
        await superuser.execute(changed, elsewhere.chain)
    assert list((await verified(directory)).broken) == []
