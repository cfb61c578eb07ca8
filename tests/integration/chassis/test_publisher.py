"""A batch that the broker does not take as one goes message by message: in order, each once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import FeedItem
from services.chassis.jetstream import publisher as publishing
from services.chassis.jetstream.connection import connected
from services.chassis.jetstream.publisher import ATOMIC_FROM, Publisher, PublishRefused
from services.consult.events.published import CONTRACT
from services.consult.main import build
from tests.integration.conftest import Serve
from tests.support.calls import new_id
from tests.support.directory import Directory, founded
from tests.support.eventually import eventually
from tests.support.hearing import DURABLE, Rooms
from tests.support.neighbour import Neighbour, heard_in_stream, neighbour, said
from tests.support.running import Blueprint
from tests.support.servers import Servers

STREAM = "SESSIONS"
# More than nats-server takes in one atomic batch.
TOO_MANY = 1001


@dataclass
class Scene:
    """A stream, a publisher on it, and the events of one course."""

    servers: Servers
    neighbour: Neighbour
    publisher: Publisher
    course: str = field(default_factory=new_id)
    chain: str = field(default_factory=new_id)

    def items(self, count: int) -> list[FeedItem]:
        event = sessions.CourseScheduled(course_id=self.course)
        return [said(event, chain=self.chain, version=n) for n in range(1, count + 1)]

    async def holds(self, items: Sequence[FeedItem]) -> None:
        """Hold that the stream has exactly these, in order."""
        found = await heard_in_stream(self.servers, STREAM, len(items))
        assert [event_id for event_id, _ in found] == [item.event_id for item in items]

    async def limited_to(self, size: int) -> None:
        """Let the stream take no larger message, or any with -1."""
        js = self.neighbour.stream
        config = (await js.stream_info(STREAM)).config
        await js.update_stream(replace(config, max_msg_size=size))


@pytest.fixture
async def scene(broker: Servers) -> AsyncIterator[Scene]:
    async with (
        neighbour(broker, "sessions") as speaking,
        connected(broker.nats.url, "publisher") as client,
    ):
        publisher = Publisher(client)
        await publisher.start()
        yield Scene(broker, speaking, publisher)


@contextmanager
def stopped(servers: Servers) -> Iterator[None]:
    """Let the broker hold its breath: it takes bytes in and answers nothing."""
    pid = servers.nats.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_a_batch_goes_as_one(scene: Scene) -> None:
    items = scene.items(ATOMIC_FROM)
    assert await scene.publisher.publish(items) == ATOMIC_FROM
    await scene.holds(items)


@pytest.mark.parametrize("already", [1, ATOMIC_FROM, 2 * ATOMIC_FROM])
async def test_what_is_there_already_does_not_keep_the_rest(scene: Scene, already: int) -> None:
    """As after the death of a relay between the broker's acknowledgement and its own cursor."""
    items = scene.items(2 * ATOMIC_FROM)
    await scene.publisher.publish(items[:already])
    assert await scene.publisher.publish(items) == len(items)
    await scene.holds(items)


async def test_a_batch_that_is_too_large_for_the_broker(scene: Scene) -> None:
    items = scene.items(TOO_MANY)
    assert await scene.publisher.publish(items) == TOO_MANY
    await scene.holds(items)


@pytest.mark.parametrize("count", [ATOMIC_FROM - 1, ATOMIC_FROM + 1])
async def test_nothing_overtakes_what_the_broker_refuses(scene: Scene, count: int) -> None:
    items = scene.items(count)
    items[3] = replace(items[3], payload=items[3].payload + bytes(4096))
    await scene.limited_to(2048)
    with pytest.raises(PublishRefused):
        await scene.publisher.publish(items)
    await scene.holds(items[:3])
    await scene.limited_to(-1)
    await scene.publisher.publish(items)
    await scene.holds(items)


@pytest.mark.parametrize("count", [ATOMIC_FROM - 1, ATOMIC_FROM + 1])
async def test_a_broker_that_does_not_answer(
    scene: Scene, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was sent is stored when it goes on, though nobody was told: it is sent again."""
    items = scene.items(count)
    with stopped(scene.servers):
        monkeypatch.setattr(publishing, "ACK_SECONDS", 0.5)
        with pytest.raises(PublishRefused):
            await scene.publisher.publish(items)
        monkeypatch.undo()
    await scene.publisher.publish(items)
    await scene.holds(items)


async def test_a_stream_that_is_not_there(scene: Scene) -> None:
    await scene.neighbour.stream.delete_stream(STREAM)
    for count in (ATOMIC_FROM - 1, ATOMIC_FROM + 1):
        with pytest.raises(PublishRefused):
            await scene.publisher.publish(scene.items(count))


async def test_a_service_goes_on_when_the_broker_does(
    directory: Directory, caplog: pytest.LogCaptureFixture
) -> None:
    """Its relay is cut off with a batch in hand; the stream is the journal all the same."""
    service = directory.service
    clinic = (await directory.opened()).clinic_id
    await heard_in_stream(service.servers, "CONSULT", 2)
    with stopped(service.servers):
        await asyncio.gather(*[directory.with_room(clinic) for _ in range(2 * ATOMIC_FROM)])
        await eventually(lambda: "begun again" in caplog.text)
    journal = "SELECT event_id::text AS id FROM chassis.journal ORDER BY position"
    events = [str(row["id"]) for row in await service.database.rows(journal)]
    assert len(events) == 2 + 2 * ATOMIC_FROM
    found = await heard_in_stream(service.servers, "CONSULT", len(events))
    assert [event_id for event_id, _ in found] == events


async def test_who_hears_a_batch_that_came_in_pieces_answers_each_once(
    serve: Serve, scene: Scene
) -> None:
    rooms = Rooms()
    service = await serve(Blueprint("consult", CONTRACT, build, rooms.heard_by))
    directory = await founded(service)
    rooms.clinics[scene.course] = clinic = (await directory.opened()).clinic_id
    scene.chain = service.chain
    items = scene.items(2 * ATOMIC_FROM)
    await scene.publisher.publish(items[:ATOMIC_FROM])
    await scene.publisher.publish(items)

    async def answered() -> bool:
        return len((await directory.clinic(clinic)).rooms) >= len(items)

    await eventually(answered, seconds=30)
    await scene.neighbour.answered(DURABLE)
    codes = [room.room_code for room in (await directory.clinic(clinic)).rooms]
    assert codes == [f"v{item.version}" for item in items]
    assert rooms.seen == [item.event_id for item in items]
