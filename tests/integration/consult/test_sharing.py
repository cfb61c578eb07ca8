"""A record that a further clinic reaches: read, listed, found, written on and heard of there."""

from mesoflow.clinical.v1 import answer_pb2, patient_pb2
from mesoflow.common.v1 import feed_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from services.chassis.handling import Owed
from services.consult.domain.sharing import ShareRecord
from services.consult.events.published import CONTRACT
from services.consult.handlers.patient import PATIENT
from tests.integration.chassis.test_watch import sequenced, watching
from tests.integration.consult.records import BY_NAME, found, registered
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.directory import Directory
from tests.support.parts import parts

NO = answer_pb2.ANSWER_NO
NOTHING_KNOWN = patient_pb2.History(pregnant=NO, breastfeeding=NO)
FORBIDDEN = Refusal("PERMISSION_DENIED", "CLINIC_FORBIDDEN")


async def shared(directory: Directory, patient_id: str, clinic_id: str) -> None:
    """Do what a policy owes when a plan of the patient is moved there."""
    async with parts(directory.service.database, CONTRACT) as bench:
        bench.chain = directory.chain or directory.service.chain
        command = ShareRecord(patient_id, bench.clock.now(), clinic_id)
        await bench.handle(Owed(PATIENT, patient_id, command))


def at(directory: Directory, role: str, clinic_id: str) -> Caller:
    """Return somebody whose token reaches one clinic."""
    return directory.service.caller(role, chain=directory.chain, clinics=(clinic_id,))


async def listed(directory: Directory, clinic_id: str) -> list[str]:
    desk = at(directory, "front_desk", clinic_id)
    answer = await desk.call(directory.patients.ListPatients, pb.ListPatientsRequest())
    return [each.patient_id for each in answer.patients]


def history_of(patient_id: str) -> pb.RecordHistoryRequest:
    return pb.RecordHistoryRequest(
        request_id=new_id(), patient_id=patient_id, history=NOTHING_KNOWN
    )


async def test_only_the_clinics_of_a_record_reach_it(directory: Directory) -> None:
    home, there, elsewhere = [(await directory.opened()).clinic_id for _ in range(3)]
    patient_id, other = await registered(directory, home), await registered(directory, home)
    await shared(directory, patient_id, there)
    stub, read = directory.patients, pb.GetPatientRequest(patient_id=patient_id)

    seen = (await at(directory, "physician", there).call(stub.GetPatient, read)).patient
    assert (seen.clinic_id, list(seen.further_clinic_ids)) == (home, [there])
    await at(directory, "physician", there).call(stub.RecordHistory, history_of(patient_id))
    assert await listed(directory, there) == [patient_id]
    assert sorted(await listed(directory, home)) == sorted([patient_id, other])
    assert await found(directory, BY_NAME, there) == [patient_id]

    assert await listed(directory, elsewhere) == []
    assert await found(directory, BY_NAME, elsewhere) == []
    stranger = at(directory, "physician", elsewhere)
    assert (await refusal(stranger.call(stub.GetPatient, read))).status == "NOT_FOUND"
    for who in (stranger, at(directory, "physician", there)):
        asked = history_of(patient_id if who is stranger else other)
        assert await refusal(who.call(stub.RecordHistory, asked)) == FORBIDDEN


async def test_pages_go_on_with_what_several_clinics_reach(directory: Directory) -> None:
    home, there = [(await directory.opened()).clinic_id for _ in range(2)]
    for n in range(6):
        patient_id = await directory.registered(home if n % 3 else there)
        if n % 3 == 1:
            await shared(directory, patient_id, there)
    desk, pages, token = at(directory, "front_desk", there), list[str](), ""
    while True:
        request = pb.ListPatientsRequest(page_size=1, page_token=token)
        answer = await desk.call(directory.patients.ListPatients, request)
        pages += [each.patient_id for each in answer.patients]
        token = answer.next_page_token
        if not token:
            break
    assert len(pages) == len(set(pages)) == 4


async def heard(directory: Directory, caller: Caller) -> list[tuple[str, str]]:
    """Return what somebody hears of everything that was, as name and aggregate."""
    async with watching(directory, caller) as stream:
        items = await stream.until("caught_up")
    return [told(item) for item in items[:-1]]


def told(item: feed_pb2.WatchResponse) -> tuple[str, str]:
    return item.event.type.rpartition(".")[2], item.event.aggregate_id


async def test_a_watch_tells_a_clinic_of_what_it_reaches(directory: Directory) -> None:
    home, there = [(await directory.opened()).clinic_id for _ in range(2)]
    patient_id = await directory.registered(home)
    await directory.registered(home)
    await sequenced(directory, 5)
    before = await heard(directory, at(directory, "physician", there))
    assert ("PatientRegistered", patient_id) not in before
    assert {name for name, _ in before} <= {"ChainRegistered", "ClinicOpened"}
    assert [key for name, key in before if name == "ClinicOpened"] == [there]

    await shared(directory, patient_id, there)
    await sequenced(directory, 6)
    after = await heard(directory, at(directory, "physician", there))
    assert [each for each in after if each not in before] == [
        ("PatientRegistered", patient_id),
        ("RecordShared", patient_id),
    ]
    everything = await heard(directory, directory.service.caller("physician"))
    assert len([name for name, _ in everything if name == "PatientRegistered"]) == 2


async def test_a_clinic_hears_live_of_what_it_comes_to_reach(directory: Directory) -> None:
    home, there = [(await directory.opened()).clinic_id for _ in range(2)]
    patient_id = await directory.registered(home)
    async with watching(directory, at(directory, "physician", there)) as stream:
        await stream.until("caught_up")
        await directory.registered(home)
        await shared(directory, patient_id, there)
        (event,) = await stream.events(1)
    assert (event.type.rpartition(".")[2], event.aggregate_id) == ("RecordShared", patient_id)
