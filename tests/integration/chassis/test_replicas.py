"""Two processes of one service on one database and broker: one order, each thing done once."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeAlias

import pytest
from grpc import aio

from mesoflow.common.v1 import feed_pb2
from mesoflow.common.v1.feed_pb2_grpc import FeedServiceStub
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import DirectoryServiceStub
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import FeedItem
from services.chassis.jetstream.publisher import Publisher
from tests.support.calls import Caller, new_id
from tests.support.databases import Database
from tests.support.eventually import eventually
from tests.support.hearing import DURABLE
from tests.support.neighbour import Neighbour, heard_in_stream, neighbour, said
from tests.support.replica import Replica, Replicas, replicas
from tests.support.servers import Servers

Watching: TypeAlias = "aio.UnaryStreamCall[feed_pb2.WatchRequest, feed_pb2.WatchResponse]"
COURSES = 4
VERSIONS = 75
SAID_TOGETHER = 20
TAKEN_OVER_SECONDS = 5.0
NEWS_SECONDS = 2.0
ROOMS = """
SELECT room->>'room_code' AS code FROM clinic, jsonb_array_elements(state->'rooms') WITH ORDINALITY
AS r (room, n) WHERE id = $1 ORDER BY n
"""
FED = """
SELECT f.feed_no, j.event_id::text AS id, j.aggregate_id, j.version FROM chassis.feed f
JOIN chassis.journal j USING (position) ORDER BY f.feed_no
"""
WAITING = """
SELECT count(*) FROM pg_locks WHERE relation = 'chassis.inbox'::regclass AND NOT granted
"""
CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
GONE_ON = "SELECT count(*) >= $1 FROM chassis.inbox"
THROUGH = "SELECT (SELECT count(*) FROM chassis.inbox) + (SELECT count(*) FROM chassis.parked)"

pytestmark = pytest.mark.timeout(180)


@dataclass
class Scene:
    """Replicas of consult, the neighbour that they hear, and one chain's administrator."""

    replicas: Replicas
    database: Database
    neighbour: Neighbour
    admin: Caller
    said: dict[str, int] = field(default_factory=dict)

    async def clinics(self, through: Replica) -> list[str]:
        """Open as many clinics as there are courses; a course's plan id names its clinic."""
        stub = DirectoryServiceStub(through.channel)
        registration = pb.RegisterChainRequest(
            request_id=new_id(), short_name="demo", jurisdiction_code="GB"
        )
        await self.admin.call(stub.RegisterChain, registration)
        return [await self.opened(through, f"C{n}") for n in range(COURSES)]

    async def opened(self, through: Replica, code: str) -> str:
        request = pb.OpenClinicRequest(
            request_id=new_id(),
            clinic_code=code,
            time_zone="Europe/London",
            jurisdiction_code="GB",
            legal_entity_code="LE1",
        )
        stub = DirectoryServiceStub(through.channel)
        return (await self.admin.call(stub.OpenClinic, request)).clinic_id

    async def room(self, through: Replica, clinic: str, code: str) -> None:
        request = pb.AddRoomRequest(request_id=new_id(), clinic_id=clinic, room_code=code)
        stub = DirectoryServiceStub(through.channel)
        await self.admin.call(stub.AddRoom, request, seconds=30)

    def event(self, clinic: str) -> FeedItem:
        """Return the next version of the course of `clinic`."""
        version = self.said[clinic] = self.said.get(clinic, 0) + 1
        event = sessions.CourseScheduled(course_id=clinic, plan_id=clinic)
        return said(event, chain=self.admin.chain, version=version)

    async def say(self, clinics: list[str], versions: int) -> None:
        """Let every course go on by so many versions, a few events at a time."""
        publisher = Publisher(self.neighbour.client)
        await publisher.start()
        items = [self.event(clinic) for _ in range(versions) for clinic in clinics]
        for start in range(0, len(items), SAID_TOGETHER):
            await publisher.publish(items[start : start + SAID_TOGETHER])

    async def rooms_of(self, clinic: str) -> list[str]:
        return [str(row["code"]) for row in await self.database.rows(ROOMS, clinic)]

    async def answered(self) -> None:
        """Wait until all that was said is answered, or stands parked."""

        async def through() -> bool:
            return await self.database.value(THROUGH) == sum(self.said.values())

        await eventually(through, seconds=60)
        await self.neighbour.answered(DURABLE)

    async def in_order(self, clinics: list[str]) -> None:
        """Hold that each course was answered once, in order, and that nothing waits."""
        parked = await self.database.rows("SELECT version, reason, dead FROM chassis.parked")
        assert [tuple(row) for row in parked] == []
        for clinic in clinics:
            expected = [f"v{n}" for n in range(1, self.said[clinic] + 1)]
            assert await self.rooms_of(clinic) == expected


@pytest.fixture
async def scene(broker: Servers, database: Database, tmp_path: Path) -> AsyncIterator[Scene]:
    async with (
        neighbour(broker, "sessions") as speaking,
        replicas(broker, database, tmp_path) as several,
    ):
        admin = Caller(broker.issuer, new_id(), ("chain_admin",))
        yield Scene(several, database, speaking, admin)


async def test_what_two_hear_is_answered_in_order_and_once(scene: Scene) -> None:
    first, _ = await asyncio.gather(scene.replicas.start(), scene.replicas.start())
    clinics = await scene.clinics(first)
    await scene.say(clinics, VERSIONS)
    await scene.answered()
    await scene.in_order(clinics)


async def test_when_one_is_killed_the_other_goes_on_within_seconds(scene: Scene) -> None:
    first = await scene.replicas.start()
    clinics = await scene.clinics(first)
    await scene.say(clinics, 1)
    await scene.answered()
    second = await scene.replicas.start()
    async with scene.database.connected() as holding:
        async with holding.transaction():
            await holding.execute("LOCK TABLE chassis.inbox IN SHARE ROW EXCLUSIVE MODE")
            await scene.say(clinics, VERSIONS)
            await eventually(lambda: holding.fetchval(WAITING))
            first.kill()
        killed = time.monotonic()
        await eventually(lambda: holding.fetchval(GONE_ON, 2 * COURSES))
        assert time.monotonic() - killed < TAKEN_OVER_SECONDS
    await scene.say(clinics, VERSIONS)
    await scene.answered()
    await scene.in_order(clinics)
    assert second.process.alive


async def test_one_that_was_cut_off_and_does_not_know_it_does_no_harm(scene: Scene) -> None:
    """A machine that stood still: its locks are gone, its request to the broker is not."""
    first = await scene.replicas.start()
    clinics = await scene.clinics(first)
    await scene.say(clinics, 1)
    await scene.answered()
    await scene.replicas.start()
    os.kill(first.process.pid, signal.SIGSTOP)
    await scene.database.execute(CUT_OFF)
    await scene.say(clinics, VERSIONS)
    await eventually(partial(scene.database.value, GONE_ON, 10 * COURSES), seconds=30)
    os.kill(first.process.pid, signal.SIGCONT)
    await scene.say(clinics, VERSIONS)
    await scene.answered()
    await scene.in_order(clinics)


async def test_when_one_is_killed_the_other_publishes_within_seconds(scene: Scene) -> None:
    first = await scene.replicas.start()
    (clinic, *_) = clinics = await scene.clinics(first)
    second = await scene.replicas.start()
    first.kill()
    killed = time.monotonic()
    await scene.room(second, clinic, "R1")
    written = 2 + len(clinics)
    found = await heard_in_stream(scene.replicas.servers, "CONSULT", written)
    assert time.monotonic() - killed < TAKEN_OVER_SECONDS
    rows = await scene.database.rows(FED)
    assert [event_id for event_id, _ in found] == [row["id"] for row in rows]


async def test_commands_through_two_make_one_feed_and_one_stream(scene: Scene) -> None:
    first, second = await asyncio.gather(scene.replicas.start(), scene.replicas.start())
    clinics = await scene.clinics(first)
    await asyncio.gather(
        *[
            scene.room(through, clinic, f"{n}{name}")
            for n in range(25)
            for name, through in (("a", first), ("b", second))
            for clinic in clinics
        ]
    )
    written = 1 + len(clinics) * 51

    async def fed() -> bool:
        return await scene.database.value("SELECT count(*) FROM chassis.feed") == written

    await eventually(fed)
    rows = await scene.database.rows(FED)
    assert [row["feed_no"] for row in rows] == list(range(1, written + 1))
    for clinic in clinics:
        versions = [row["version"] for row in rows if str(row["aggregate_id"]) == clinic]
        assert versions == list(range(1, 52))
    found = await heard_in_stream(scene.replicas.servers, "CONSULT", written)
    assert [event_id for event_id, _ in found] == [row["id"] for row in rows]
    assert "Superseded" not in first.log + second.log


async def test_a_watcher_at_one_hears_at_once_what_went_through_the_other(scene: Scene) -> None:
    first, second = await asyncio.gather(scene.replicas.start(), scene.replicas.start())
    (clinic, *_) = await scene.clinics(first)
    for n, (watched, through) in enumerate(((first, second), (second, first))):
        call = FeedServiceStub(watched.channel).Watch(
            feed_pb2.WatchRequest(aggregate_id=clinic), metadata=scene.admin.metadata
        )
        try:
            await said_by(call, "caught_up", 30)
            await scene.room(through, clinic, f"R{n}")
            await said_by(call, "event", NEWS_SECONDS)
        finally:
            call.cancel()


async def said_by(call: Watching, kind: str, seconds: float) -> None:
    """Read on up to the next item of `kind`."""
    async with asyncio.timeout(seconds):
        while True:
            item = await call.read()
            assert isinstance(item, feed_pb2.WatchResponse)
            if item.WhichOneof("item") == kind:
                return
