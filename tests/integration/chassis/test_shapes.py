"""A document of another shape is folded anew from the journal, by whichever way it is read."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1.service_pb2_grpc import OpsServiceStub
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Gather, Owed, PageQuery, Reader
from services.chassis.postgres.inbox import Inbox
from services.consult.domain.clinic.commands import AddRoom
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.patient.model import Patient
from services.consult.handlers.directory import CLINIC
from services.consult.handlers.patient import PATIENT
from tests.support.calls import new_id
from tests.support.directory import Directory
from tests.support.hearing import BARE_CLINIC, Rooms, open_clinic
from tests.support.parts import Parts

# No decoder of today reads these.
OUTDATED = "UPDATE clinic SET shape = shape + 100, state = state - 'time_zone'"
OUTDATED_PATIENT = "UPDATE patient SET shape = shape + 100, state = state - 'vital_status'"
STORED = "SELECT version, shape, state ->> 'time_zone' AS zone FROM clinic WHERE id = $1"


@dataclass
class Scene:
    """Clinics with two rooms each, stored in another shape."""

    bench: Parts
    seen: list[Any] = field(default_factory=list)

    async def clinic(self) -> str:
        """Return a clinic, as it should be."""
        key, at = new_id(), self.bench.clock.now()
        await self.bench.handle(Owed(BARE_CLINIC, key, open_clinic(key, self.bench.chain, at)))
        await self.add_room(key)
        return key

    async def add_room(self, key: str, gather: Gather | None = None) -> None:
        command = AddRoom(key, new_id(), new_id()[-6:], self.bench.clock.now())
        gathers = {AddRoom: gather} if gather else {}
        await self.bench.handle(Owed(replace(BARE_CLINIC, gathers=gathers), key, command))

    async def state(self, key: str) -> Clinic:
        found = await self.bench.store.get(self.bench.chain, CLINIC, key)
        assert found is not None
        return found.state

    async def outdate(self, statement: str, *ids: str) -> None:
        """Let what is stored be of another shape, to a process that has not seen it yet."""
        await self.bench.database.execute(statement, *ids)
        self.bench.means.memory.clear()

    async def is_stored_anew(self, key: str, version: int) -> None:
        (row,) = await self.bench.database.rows(STORED, key)
        assert tuple(row) == (version, CLINIC.shape, "UTC")
        assert len((await self.state(key)).rooms) == version - 1


@pytest.fixture
def scene(bench: Parts) -> Scene:
    return Scene(bench)


async def test_a_read_folds_it_and_changes_nothing(scene: Scene) -> None:
    key = await scene.clinic()
    before = await scene.state(key)
    await scene.outdate(OUTDATED)
    assert await scene.state(key) == before
    (row,) = await scene.bench.database.rows(STORED, key)
    assert tuple(row) == (2, CLINIC.shape + 100, None)


async def test_a_page_folds_those_that_need_it_and_keeps_their_order(scene: Scene) -> None:
    keys = [await scene.clinic() for _ in range(5)]
    before = [await scene.state(key) for key in keys]
    await scene.outdate(f"{OUTDATED} WHERE id IN ($1, $2)", keys[1], keys[3])
    query = PageQuery({}, size=3)
    first = await scene.bench.store.page(scene.bench.chain, CLINIC, query)
    rest = await scene.bench.store.page(
        scene.bench.chain, CLINIC, replace(query, after=first.after)
    )
    found = [*first.items, *rest.items]
    assert [item.state for item in found] == before[::-1]
    assert {item.version for item in found} == {2}
    assert rest.after is None


async def test_a_grouped_command_stores_it_anew(scene: Scene) -> None:
    key = await scene.clinic()
    await scene.outdate(OUTDATED)
    await scene.add_room(key)
    await scene.is_stored_anew(key, 3)


async def test_a_command_in_a_transaction_of_its_own_stores_it_anew(scene: Scene) -> None:
    key = await scene.clinic()
    await scene.outdate(OUTDATED)

    async def search(command: AddRoom, state: Clinic, reader: Reader) -> None:
        scene.seen.append(state)
        await reader.ids(PATIENT, "clinic_id", key)

    before = await scene.state(key)
    await scene.add_room(key, search)
    assert scene.seen == [before, before], "grouped at first, then as one that must hold"
    await scene.is_stored_anew(key, 3)


async def test_what_a_gather_reads_is_folded_and_left_as_it_is(scene: Scene) -> None:
    """Freely in a group, and held still in a transaction."""
    key, other = await scene.clinic(), await scene.clinic()
    expected = await scene.state(other)
    await scene.outdate(OUTDATED)

    async def look(command: AddRoom, state: Clinic, reader: Reader) -> None:
        scene.seen.append(await reader.get(CLINIC, other))

    async def look_and_search(command: AddRoom, state: Clinic, reader: Reader) -> None:
        scene.seen.append(await reader.get(CLINIC, other))
        await reader.ids(PATIENT, "clinic_id", key)

    await scene.add_room(key, look)
    await scene.add_room(key, look_and_search)
    assert scene.seen == [expected] * 3
    (row,) = await scene.bench.database.rows(STORED, other)
    assert tuple(row) == (2, CLINIC.shape + 100, None)
    await scene.is_stored_anew(key, 4)


async def test_what_a_search_finds_is_folded(scene: Scene, directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    patient = await directory.registered(clinic)
    scene.bench.chain = directory.service.chain
    found = await scene.bench.store.get(scene.bench.chain, PATIENT, patient)
    assert found is not None
    await scene.outdate(OUTDATED_PATIENT)

    async def search(command: AddRoom, state: Clinic, reader: Reader) -> None:
        patients: list[Patient] = [*await reader.find(PATIENT, "clinic_id", clinic)]
        scene.seen.extend(patients)

    await scene.add_room(clinic, search)
    assert scene.seen == [found.state]


async def test_an_event_that_is_heard_stores_it_anew(scene: Scene) -> None:
    key, course = await scene.clinic(), new_id()
    await scene.outdate(OUTDATED)
    rooms = Rooms({course: key})
    hearing = Hearing("consult", "sessions", {sessions.CourseScheduled: rooms.add_room})
    event = sessions.CourseScheduled(course_id=course)
    heard = Delivery(
        event_id=new_id(),
        chain_id=scene.bench.chain,
        aggregate_id=course,
        version=1,
        type=event.DESCRIPTOR.full_name,
        body=event.SerializeToString(),
        traceparent=None,
        occurred_at=scene.bench.clock.now(),
    )
    await Inbox(scene.bench.means, hearing)([heard])
    await scene.is_stored_anew(key, 3)


async def test_the_journal_holds_over_a_change_of_shape(directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    await directory.with_room(clinic)
    database = directory.service.database
    await database.execute(OUTDATED)
    assert len((await directory.clinic(clinic)).rooms) == 1
    auditor = directory.service.caller("auditor")
    stub = OpsServiceStub(directory.service.channel)
    for rooms in (1, 2):
        told = await auditor.call(stub.VerifyJournal, ops.VerifyJournalRequest())
        assert list(told.broken) == []
        assert len((await directory.clinic(clinic)).rooms) == rooms
        await directory.with_room(clinic)
