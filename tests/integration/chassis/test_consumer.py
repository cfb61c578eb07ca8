"""Hearing a neighbour through the real broker: once, in order, through every trouble."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1.service_pb2_grpc import OpsServiceStub
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import FeedItem
from services.chassis.postgres.inbox import ATTEMPTS_MOST
from services.consult.events.published import CONTRACT
from services.consult.main import build
from tests.integration.conftest import Serve
from tests.support.calls import Refusal, new_id, refusal
from tests.support.directory import Directory, founded
from tests.support.eventually import eventually
from tests.support.hearing import DURABLE, Rooms
from tests.support.neighbour import Neighbour, neighbour, said
from tests.support.running import Blueprint
from tests.support.servers import Servers

PARKED = ops.PARKED_STATE_RETRYING
CUT_OFF = """
SELECT count(pg_terminate_backend(pid)) FROM pg_locks
WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname =
    current_database())
"""


@dataclass
class Scene:
    """Consult, hearing sessions, which is the test's to speak for."""

    directory: Directory
    rooms: Rooms
    neighbour: Neighbour
    said: dict[str, int] = field(default_factory=dict)

    async def course(self) -> str:
        course = new_id()
        self.rooms.clinics[course] = (await self.directory.opened()).clinic_id
        return course

    def event(self, course: str) -> FeedItem:
        """Return the next version of `course`."""
        version = self.said[course] = self.said.get(course, 0) + 1
        event = sessions.CourseScheduled(course_id=course)
        return said(event, chain=self.directory.service.chain, version=version)

    async def rooms_of(self, course: str) -> list[str]:
        clinic = await self.directory.clinic(self.rooms.clinics[course])
        return [room.room_code for room in clinic.rooms]

    async def has_rooms(self, course: str, *expected: str) -> None:
        async def there() -> bool:
            return await self.rooms_of(course) == list(expected)

        await eventually(there)

    @property
    def operations(self) -> OpsServiceStub:
        return OpsServiceStub(self.directory.service.channel)

    async def parked(self) -> list[ops.ParkedEvent]:
        operator = self.directory.service.caller("operator")
        return list(
            (await operator.call(self.operations.ListParked, ops.ListParkedRequest())).parked
        )


@pytest.fixture
def rooms() -> Rooms:
    return Rooms()


@pytest.fixture
async def scene(serve: Serve, broker: Servers, rooms: Rooms) -> AsyncIterator[Scene]:
    async with neighbour(broker, "sessions") as speaking:
        service = await serve(Blueprint("consult", CONTRACT, build, rooms.heard_by))
        yield Scene(await founded(service), rooms, speaking)


async def test_what_is_said_is_answered_in_order(scene: Scene) -> None:
    course, other = await scene.course(), await scene.course()
    for _ in range(3):
        await scene.neighbour.say(scene.event(course), scene.event(other))
    await scene.has_rooms(course, "v1", "v2", "v3")
    await scene.has_rooms(other, "v1", "v2", "v3")
    await scene.neighbour.answered(DURABLE)


async def test_what_is_said_again_is_answered_once(scene: Scene) -> None:
    course = await scene.course()
    items = [scene.event(course) for _ in range(5)]
    await scene.neighbour.say(*items)
    await scene.neighbour.say(*items, again=True)
    await scene.neighbour.answered(DURABLE)
    assert await scene.rooms_of(course) == ["v1", "v2", "v3", "v4", "v5"]
    assert scene.rooms.seen == [item.event_id for item in items]
    assert await scene.parked() == []


async def test_a_wiped_broker_repeats_no_effect(scene: Scene) -> None:
    course = await scene.course()
    items = [scene.event(course) for _ in range(3)]
    await scene.neighbour.say(*items)
    await scene.has_rooms(course, "v1", "v2", "v3")
    servers = scene.directory.service.servers
    servers.nats.kill()
    servers.nats.wipe()
    servers.nats.start()
    async with neighbour(servers, "sessions") as restored:
        await restored.say(*items, scene.event(course))
        await scene.has_rooms(course, "v1", "v2", "v3", "v4")
        await restored.answered(DURABLE)
    assert await scene.rooms_of(course) == ["v1", "v2", "v3", "v4"]
    assert await scene.parked() == []


async def test_a_poison_event_is_parked_and_others_go_on(scene: Scene) -> None:
    course, other = await scene.course(), await scene.course()
    poison, behind = scene.event(course), scene.event(course)
    scene.rooms.poison.add(poison.event_id)
    await scene.neighbour.say(poison, behind, scene.event(other))
    await scene.has_rooms(other, "v1")
    await scene.neighbour.answered(DURABLE)
    first, second = sorted(await scene.parked(), key=lambda each: each.version)
    assert (first.event_id, first.cause_code) == (poison.event_id, "UNWILLING")
    assert (first.aggregate, first.aggregate_id) == ("course", course)
    assert (second.event_id, second.state) == (behind.event_id, ops.PARKED_STATE_WAITING)
    assert await scene.rooms_of(course) == []
    scene.rooms.poison.clear()
    scene.directory.service.clock.advance(minutes=1)
    await scene.has_rooms(course, "v1", "v2")
    assert await scene.parked() == []


async def test_a_dead_event_is_replayed_by_an_operator(scene: Scene) -> None:
    course = await scene.course()
    poison = scene.event(course)
    scene.rooms.poison.add(poison.event_id)
    await scene.neighbour.say(poison, scene.event(course))

    async def dead() -> ops.ParkedEvent | None:
        scene.directory.service.clock.advance(hours=1)
        found = [each for each in await scene.parked() if each.state == ops.PARKED_STATE_DEAD]
        return found[0] if found else None

    found = await eventually(dead, seconds=30)
    assert (found.event_id, found.attempts) == (poison.event_id, ATTEMPTS_MOST)
    operator = scene.directory.service.caller("operator")
    request = ops.ReplayParkedRequest(request_id=new_id(), parked_id=found.parked_id)
    foreign = scene.directory.service.caller("operator", chain=new_id())
    missing = Refusal("NOT_FOUND", "PARKED_NOT_FOUND")
    assert await refusal(foreign.call(scene.operations.ReplayParked, request)) == missing
    scene.rooms.poison.clear()
    answer = await operator.call(scene.operations.ReplayParked, request)
    assert answer.state == PARKED
    await scene.has_rooms(course, "v1", "v2")
    assert await scene.parked() == []


async def test_a_replayed_event_that_fails_has_its_attempts_again(scene: Scene) -> None:
    course = await scene.course()
    poison = scene.event(course)
    scene.rooms.poison.add(poison.event_id)
    await scene.neighbour.say(poison)
    await eventually(scene.parked)
    database = scene.directory.service.database
    await database.execute("UPDATE chassis.parked SET dead = true, attempts = $1", ATTEMPTS_MOST)
    (found,) = await scene.parked()
    request = ops.ReplayParkedRequest(request_id=new_id(), parked_id=found.parked_id)
    operator = scene.directory.service.caller("operator")
    await operator.call(scene.operations.ReplayParked, request)
    await eventually(lambda: len(scene.rooms.seen) >= 3)

    async def tried_once() -> bool:
        (now,) = await scene.parked()
        return (now.attempts, now.state) == (1, PARKED)

    await eventually(tried_once)


async def test_parked_events_of_other_chains_are_not_listed(scene: Scene) -> None:
    course = await scene.course()
    poison = scene.event(course)
    scene.rooms.poison.add(poison.event_id)
    await scene.neighbour.say(poison)
    await eventually(scene.parked)
    foreign = scene.directory.service.caller("operator", chain=new_id())
    listed = await foreign.call(scene.operations.ListParked, ops.ListParkedRequest())
    assert list(listed.parked) == []


async def test_what_another_took_is_heard_before_what_follows_it(scene: Scene) -> None:
    """As of a process that is cut off from its store, and has not let go of the broker yet."""
    course = await scene.course()
    thief = await scene.neighbour.client.subscribe("thief")
    wanted = json.dumps({"batch": 3, "expires": 60_000_000_000}).encode()
    await scene.neighbour.say(scene.event(course))
    await scene.has_rooms(course, "v1")
    asked = f"$JS.API.CONSUMER.MSG.NEXT.SESSIONS.{DURABLE}"
    await scene.neighbour.client.publish(asked, wanted, reply="thief")
    await scene.neighbour.client.flush()
    await scene.neighbour.say(*[scene.event(course) for _ in range(20)])
    await thief.next_msg(timeout=5)
    await scene.has_rooms(course, *[f"v{n}" for n in range(1, 22)])
    assert await scene.parked() == []
    await scene.neighbour.answered(DURABLE)


async def test_who_was_cut_off_from_the_lock_hears_again(scene: Scene) -> None:
    course = await scene.course()
    await scene.neighbour.say(scene.event(course))
    await scene.has_rooms(course, "v1")
    database = scene.directory.service.database
    assert await database.value(CUT_OFF) == 2, "who hears, and who relays"
    await scene.neighbour.say(scene.event(course))
    await scene.has_rooms(course, "v1", "v2")
    assert await scene.parked() == []


@pytest.mark.parametrize(
    ("subject", "headers"),
    [
        ("mesoflow.not-a-chain.sessions.v1.course.course_scheduled", {}),
        (f"mesoflow.{new_id()}.sessions.v1.course.course_scheduled", {"ce-id": "x"}),
        (
            "mesoflow.nobody.sessions.v1.course.course_scheduled",
            {
                "ce-id": new_id(),
                "ce-subject": "nothing/1",
                "ce-type": "mesoflow.sessions.v1.CourseScheduled",
                "ce-time": "2026-01-31T09:00:00+00:00",
            },
        ),
        (
            f"mesoflow.{new_id()}.sessions.v1.course.course_scheduled",
            {
                "ce-id": new_id(),
                "ce-subject": f"{new_id()}/one",
                "ce-type": "mesoflow.sessions.v1.CourseScheduled",
                "ce-time": "2026-01-31T09:00:00+00:00",
            },
        ),
    ],
)
async def test_what_no_service_of_ours_sent_is_dropped_and_stops_nothing(
    scene: Scene, subject: str, headers: dict[str, str]
) -> None:
    course = await scene.course()
    await scene.neighbour.say_raw(subject, b"junk", headers)
    await scene.neighbour.say(scene.event(course))
    await scene.has_rooms(course, "v1")
    await scene.neighbour.answered(DURABLE)


async def test_a_stream_that_is_not_there_yet_is_waited_for(
    serve: Serve, broker: Servers, rooms: Rooms
) -> None:
    service = await serve(Blueprint("consult", CONTRACT, build, rooms.heard_by))
    directory = await founded(service)
    async with neighbour(broker, "sessions") as speaking:
        scene = Scene(directory, rooms, speaking)
        course = await scene.course()
        await speaking.say(scene.event(course))
        await scene.has_rooms(course, "v1")


@pytest.mark.parametrize("gone", [True, False], ids=["while it is away", "while it stops"])
async def test_what_was_said_during_a_restart_is_answered_soon(
    serve: Serve, broker: Servers, rooms: Rooms, gone: bool
) -> None:
    async with neighbour(broker, "sessions") as speaking:
        blueprint = Blueprint("consult", CONTRACT, build, rooms.heard_by)
        first = await serve(blueprint)
        before = Scene(await founded(first), rooms, speaking)
        course = await before.course()
        await speaking.say(before.event(course))
        await before.has_rooms(course, "v1")
        if gone:
            await first.stop()
        else:
            first.stopping.set()
        await speaking.say(before.event(course))
        second = await serve(blueprint)
        after = Scene(Directory(second, first.chain), rooms, speaking)
        await after.has_rooms(course, "v1", "v2")
    assert await after.parked() == []
