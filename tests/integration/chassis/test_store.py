"""Commands: once per request id, one after another on one document, honest about versions."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from grpc import aio

from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1.service_pb2_grpc import OpsServiceStub
from tests.support.calls import Refusal, bytes_of, new_id, refusal, refusal_of
from tests.support.directory import Directory, founded

ETAG_MISMATCH = Refusal("ABORTED", "ETAG_MISMATCH")
REUSED = Refusal("ALREADY_EXISTS", "REQUEST_ID_REUSED")
EVENTS = "SELECT count(*) FROM chassis.journal WHERE type LIKE '%.' || $1"


async def test_the_same_request_id_gets_the_same_bytes_for_ever(directory: Directory) -> None:
    opening = directory.opening()
    first = await directory.admin.call(directory.directory.OpenClinic, opening)
    await directory.with_room(first.clinic_id)
    again = await directory.admin.call(directory.directory.OpenClinic, opening)
    assert bytes_of(again) == bytes_of(first)
    database = directory.service.database
    assert await database.value(EVENTS, "ClinicOpened") == 1


async def test_a_request_id_is_refused_for_another_body(directory: Directory) -> None:
    opening = directory.opening()
    await directory.admin.call(directory.directory.OpenClinic, opening)
    opening.time_zone = "Europe/Paris"
    assert await refusal(directory.admin.call(directory.directory.OpenClinic, opening)) == REUSED


async def test_a_request_id_is_refused_for_another_method(directory: Directory) -> None:
    opening = directory.opening()
    await directory.admin.call(directory.directory.OpenClinic, opening)
    other = directory.registration()
    other.request_id = opening.request_id
    assert await refusal(directory.admin.call(directory.directory.RegisterChain, other)) == REUSED


async def test_a_request_id_belongs_to_its_chain(directory: Directory) -> None:
    elsewhere = await founded(directory.service, new_id())
    opening = directory.opening()
    mine = await directory.admin.call(directory.directory.OpenClinic, opening)
    theirs = await elsewhere.admin.call(elsewhere.directory.OpenClinic, opening)
    assert mine.clinic_id != theirs.clinic_id


async def test_a_refusal_is_not_kept_but_judged_anew(directory: Directory) -> None:
    clinic = await directory.opened()
    early = directory.room(clinic.clinic_id, etag='"2"')
    assert await refusal(directory.admin.call(directory.directory.AddRoom, early)) == ETAG_MISMATCH
    await directory.with_room(clinic.clinic_id)
    late = await directory.admin.call(directory.directory.AddRoom, early)
    assert late.etag == '"3"'


async def test_a_hundred_at_once_with_one_request_id_have_one_effect(directory: Directory) -> None:
    """RegisterChain takes the grouped path, OpenClinic an explicit transaction."""
    other = Directory(directory.service, chain=new_id())
    admin, stub = other.admin, other.directory
    registration, opening = other.registration(), other.opening()
    registered = await asyncio.gather(
        *[admin.call(stub.RegisterChain, registration) for _ in range(100)]
    )
    opened = await asyncio.gather(*[admin.call(stub.OpenClinic, opening) for _ in range(100)])
    assert len({bytes_of(answer) for answer in registered}) == 1
    assert len({bytes_of(answer) for answer in opened}) == 1
    database = directory.service.database
    for table in ("journal", "requests"):
        counted = f"SELECT count(*) FROM chassis.{table} WHERE chain_id = $1"
        assert await database.value(counted, other.chain) == 2


async def test_a_hundred_changes_with_one_request_id_change_once(directory: Directory) -> None:
    practitioner = await directory.enrolled()
    licence = directory.licence(practitioner)
    stub = directory.directory
    answers = await asyncio.gather(
        *[directory.admin.call(stub.RecordLicence, licence) for _ in range(100)]
    )
    assert len({bytes_of(answer) for answer in answers}) == 1
    assert len((await directory.practitioner(practitioner)).licences) == 1


async def test_an_etag_holds_the_caller_to_what_they_saw(directory: Directory) -> None:
    clinic = await directory.opened()
    stub, admin = directory.directory, directory.admin
    second = await admin.call(stub.AddRoom, directory.room(clinic.clinic_id, etag=clinic.etag))
    stale = directory.room(clinic.clinic_id, etag=clinic.etag)
    assert await refusal(admin.call(stub.AddRoom, stale)) == ETAG_MISMATCH
    nonsense = directory.room(clinic.clinic_id, etag="not an etag")
    assert await refusal(admin.call(stub.AddRoom, nonsense)) == ETAG_MISMATCH
    assert (await directory.clinic(clinic.clinic_id)).etag == second.etag == '"2"'


async def test_of_many_with_one_etag_one_wins(directory: Directory) -> None:
    practitioner = await directory.enrolled()
    etag = (await directory.practitioner(practitioner)).etag
    told = await outcomes(
        [lambda: record_licence(directory, practitioner, etag) for _ in range(20)]
    )
    assert told == {Refusal("OK", ""): 1, ETAG_MISMATCH: 19}


async def test_fifty_changes_at_once_without_an_etag_lose_nothing(directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    await asyncio.gather(*[directory.with_room(clinic) for _ in range(50)])
    found = await directory.clinic(clinic)
    assert (len(found.rooms), found.etag) == (50, '"51"')


async def test_fifty_changes_at_once_that_share_a_group_lose_nothing(directory: Directory) -> None:
    practitioner = await directory.enrolled()
    await asyncio.gather(*[record_licence(directory, practitioner) for _ in range(50)])
    found = await directory.practitioner(practitioner)
    assert (len(found.licences), found.etag) == (50, '"51"')


async def test_chains_share_a_group_and_see_their_own(directory: Directory) -> None:
    chains = [Directory(directory.service, chain=new_id()) for _ in range(20)]
    await asyncio.gather(
        *[c.admin.call(c.directory.RegisterChain, c.registration()) for c in chains]
    )
    clinics = await asyncio.gather(*[c.opened() for c in chains])
    for one, clinic in zip(chains, clinics, strict=True):
        listed = await one.admin.call(one.directory.ListClinics, pb.ListClinicsRequest())
        assert [each.clinic_id for each in listed.clinics] == [clinic.clinic_id]
        other = pb.GetClinicRequest(clinic_id=clinics[chains.index(one) - 1].clinic_id)
        assert await refusal(one.admin.call(one.directory.GetClinic, other)) == Refusal(
            "NOT_FOUND", "CLINIC_NOT_FOUND"
        )


async def test_a_constraint_of_a_fact_table_refuses_by_its_reason(directory: Directory) -> None:
    stub = directory.directory
    told = await outcomes(
        [lambda: directory.admin.call(stub.OpenClinic, directory.opening("A")) for _ in range(20)]
    )
    assert told == {Refusal("OK", ""): 1, Refusal("ALREADY_EXISTS", "CLINIC_CODE_TAKEN"): 19}
    database = directory.service.database
    assert await database.value(EVENTS, "ClinicOpened") == 1
    assert await database.value("SELECT count(*) FROM clinic_codes") == 1
    assert await database.value("SELECT count(*) FROM chassis.requests") == 2


async def test_a_caller_who_gives_up_does_not_undo_what_was_begun(directory: Directory) -> None:
    practitioners = await asyncio.gather(*[directory.enrolled() for _ in range(8)])
    licences = [directory.licence(each) for each in practitioners]
    stub = directory.directory
    short = [directory.admin.call(stub.RecordLicence, each, seconds=0.002) for each in licences]
    await asyncio.gather(*short, return_exceptions=True)
    await asyncio.gather(*[directory.admin.call(stub.RecordLicence, each) for each in licences])
    found = [await directory.practitioner(each) for each in practitioners]
    assert [len(each.licences) for each in found] == [1] * 8


async def test_ids_are_the_same_in_any_case(directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    request = directory.room(clinic.upper())
    request.request_id = request.request_id.upper()
    answer = await directory.admin.call(directory.directory.AddRoom, request)
    assert answer.clinic_id == clinic
    request.request_id = request.request_id.lower()
    assert await directory.admin.call(directory.directory.AddRoom, request) == answer
    assert await broken_links(directory) == []


async def record_licence(
    directory: Directory, practitioner: str, etag: str = ""
) -> pb.RecordLicenceResponse:
    request = directory.licence(practitioner, etag)
    return await directory.admin.call(directory.directory.RecordLicence, request)


async def outcomes(calls: Sequence[Callable[[], Awaitable[object]]]) -> Counter[Refusal]:
    """Make all calls at once; count how they ended."""

    async def one(call: Callable[[], Awaitable[object]]) -> Refusal:
        try:
            await call()
        except aio.AioRpcError as error:
            return refusal_of(error)
        return Refusal("OK", "")

    return Counter(await asyncio.gather(*[one(call) for call in calls]))


async def broken_links(directory: Directory) -> list[str]:
    """Return what the service itself finds wrong in its journal."""
    auditor = directory.service.caller("auditor")
    stub = OpsServiceStub(directory.service.channel)
    answer = await auditor.call(stub.VerifyJournal, ops.VerifyJournalRequest())
    assert answer.events_checked > 0
    return [str(each) for each in answer.broken]
