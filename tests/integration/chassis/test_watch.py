"""Watch streams: from any token on, with no gap, to those who may hear, for as long as they may."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from grpc import aio

from mesoflow.common.v1 import feed_pb2 as pb
from mesoflow.common.v1.feed_pb2_grpc import FeedServiceStub
from mesoflow.consult.v1 import events_pb2
from services.chassis import watch
from services.chassis.identity import LEEWAY_SECONDS
from tests.support.calls import Caller, Metadata, Refusal, bearer, new_id, refusal_of
from tests.support.directory import Directory
from tests.support.eventually import eventually

CHAIN_REGISTERED = "mesoflow.consult.v1.ChainRegistered"
ROOM_ADDED = "mesoflow.consult.v1.RoomAdded"
PATIENT_REGISTERED = "mesoflow.consult.v1.PatientRegistered"
SECONDS = 20.0


@dataclass
class Stream:
    """One watch."""

    call: "aio.UnaryStreamCall[pb.WatchRequest, pb.WatchResponse]"

    async def next(self) -> pb.WatchResponse:
        answer = await asyncio.wait_for(self.call.read(), SECONDS)
        assert isinstance(answer, pb.WatchResponse), await self.call.code()
        return answer

    async def until(self, kind: str) -> list[pb.WatchResponse]:
        """Return what comes up to and with the first item of `kind`."""
        found = [await self.next()]
        while found[-1].WhichOneof("item") != kind:
            found.append(await self.next())
        return found

    async def events(self, count: int) -> list[pb.WatchEvent]:
        """Return the next `count` events, whatever comes between."""
        found: list[pb.WatchEvent] = []
        while len(found) < count:
            item = await self.next()
            if item.HasField("event"):
                found.append(item.event)
        return found

    async def _exhausted(self) -> None:
        while True:
            await self.next()

    async def refusal(self) -> Refusal:
        """Return how the stream ends."""
        with pytest.raises(aio.AioRpcError) as refused:
            await asyncio.wait_for(self._exhausted(), SECONDS)
        return refusal_of(refused.value)


@asynccontextmanager
async def watching(
    directory: Directory, caller: Caller | Metadata, **asked: object
) -> AsyncIterator[Stream]:
    """Open a watch; it is cancelled at the end."""
    metadata = caller.metadata if isinstance(caller, Caller) else caller
    stub = FeedServiceStub(directory.service.channel)
    call = stub.Watch(pb.WatchRequest(**asked), metadata=metadata)  # type: ignore[arg-type]  # by name
    try:
        yield Stream(call)
    finally:
        call.cancel()


async def sequenced(directory: Directory, events: int) -> None:
    """Wait until the feed holds so many events."""
    database = directory.service.database

    async def there() -> bool:
        return await database.value("SELECT feed_no FROM chassis.sequencer") == events

    await eventually(there)


async def test_everything_before_then_a_mark_then_what_comes(directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    await directory.with_room(clinic)
    await sequenced(directory, 3)
    async with watching(directory, directory.admin) as stream:
        before = await stream.until("caught_up")
        assert [item.event.type.rpartition(".")[2] for item in before[:-1]] == [
            "ChainRegistered",
            "ClinicOpened",
            "RoomAdded",
        ]
        await directory.with_room(clinic, "LIVE")
        (live,) = await stream.events(1)
    assert (live.aggregate_id, live.version) == (clinic, 3)
    room = events_pb2.RoomAdded()
    assert live.payload.Unpack(room)
    assert room.room_code == "LIVE"


async def test_a_token_resumes_after_its_item(directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    for n in range(5):
        await directory.with_room(clinic, f"R{n}")
    await sequenced(directory, 7)
    async with watching(directory, directory.admin) as stream:
        seen = await stream.until("caught_up")
    for place, item in enumerate(seen):
        asked = item.resume_token
        async with watching(directory, directory.admin, resume_token=asked) as stream:
            rest = await stream.until("caught_up")
        assert [each.event for each in rest[:-1]] == [each.event for each in seen[place + 1 : -1]]


async def test_the_hand_over_to_live_leaves_no_gap_while_many_write(directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    writing = asyncio.gather(*[directory.with_room(clinic) for _ in range(60)])
    token = ""
    versions: list[int] = []
    asked = {"types": [ROOM_ADDED]}
    while len(versions) < 60:
        async with watching(directory, directory.admin, resume_token=token, **asked) as stream:
            for _ in range(7):  # cut again and again, at any place
                item = await stream.next()
                token = item.resume_token
                if item.HasField("event"):
                    versions.append(item.event.version)
                if len(versions) == 60:
                    break
    await writing
    assert versions == list(range(2, 62))


async def test_one_aggregate_or_one_type_may_be_asked_for(directory: Directory) -> None:
    one, other = await directory.opened(), await directory.opened()
    await directory.with_room(one.clinic_id)
    await directory.with_room(other.clinic_id)
    await sequenced(directory, 5)
    for asked, expected in (
        ({"types": [ROOM_ADDED]}, [2, 2]),
        ({"aggregate_id": one.clinic_id}, [1, 2]),
        ({"aggregate_id": new_id()}, []),
    ):
        async with watching(directory, directory.admin, **asked) as stream:
            found = await stream.until("caught_up")
        assert [item.event.version for item in found[:-1]] == expected


async def test_events_that_a_role_may_not_hear_are_left_out(directory: Directory) -> None:
    await directory.registered((await directory.opened()).clinic_id)
    await sequenced(directory, 3)
    operator = directory.service.caller("operator")
    heard = {}
    for caller in (directory.desk, operator):
        async with watching(directory, caller) as stream:
            found = await stream.until("caught_up")
        heard[caller.roles] = {item.event.type for item in found[:-1]}
    assert PATIENT_REGISTERED in heard["front_desk",]
    assert heard["operator",] == heard["front_desk",] - {PATIENT_REGISTERED}
    async with watching(directory, operator, types=[PATIENT_REGISTERED]) as stream:
        told = await stream.refusal()
    assert told == Refusal("INVALID_ARGUMENT", "EVENT_TYPE_UNKNOWN")


async def test_a_chain_hears_itself_alone(directory: Directory) -> None:
    await directory.opened()
    await sequenced(directory, 2)
    foreign = directory.service.caller("chain_admin", chain=new_id())
    async with watching(directory, foreign) as stream:
        (mark,) = await stream.until("caught_up")
        await directory.opened()
        await sequenced(directory, 3)
    token = mark.resume_token
    async with watching(directory, directory.admin, resume_token=token) as stream:
        told = await stream.refusal()
    assert told == Refusal("INVALID_ARGUMENT", "RESUME_TOKEN_INVALID")


async def test_a_token_that_was_touched_is_refused(directory: Directory) -> None:
    async with watching(directory, directory.admin) as stream:
        token = (await stream.until("caught_up"))[-1].resume_token
    for wrong in ("A" + token[1:], token[:-4] + "OTk="):
        if wrong == token:
            continue
        async with watching(directory, directory.admin, resume_token=wrong) as stream:
            told = await stream.refusal()
        assert told == Refusal("INVALID_ARGUMENT", "RESUME_TOKEN_INVALID")


def expiring(caller: Caller, seconds: float) -> Metadata:
    """Return metadata whose token is taken for about `seconds` more."""
    return bearer(caller.signed(ttl_seconds=seconds - LEEWAY_SECONDS))


async def test_a_token_that_expires_ends_the_stream_at_the_next_event(
    directory: Directory,
) -> None:
    clinic = (await directory.opened()).clinic_id
    async with watching(directory, expiring(directory.admin, 2)) as stream:
        await stream.until("caught_up")

        async def ended() -> bool:
            await directory.with_room(clinic)
            return stream.call.done()

        reading = asyncio.create_task(stream.refusal())
        await eventually(ended)
        assert await reading == Refusal("UNAUTHENTICATED", "TOKEN_EXPIRED")


async def test_a_token_that_expires_ends_an_idle_stream_too(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "HEARTBEAT_SECONDS", 0.1)
    async with watching(directory, expiring(directory.admin, 2)) as stream:
        await stream.until("caught_up")
        beat = (await stream.until("heartbeat"))[-1]
        assert beat.resume_token
        assert await stream.refusal() == Refusal("UNAUTHENTICATED", "TOKEN_EXPIRED")


async def test_a_server_that_goes_down_says_so(directory: Directory) -> None:
    await sequenced(directory, 1)
    async with watching(directory, directory.admin) as stream:
        caught_up = (await stream.until("caught_up"))[-1]
        directory.service.stopping.set()
        last = (await stream.until("draining"))[-1]
        assert last.resume_token == caught_up.resume_token
        assert await stream.call.read() is aio.EOF
    await directory.service.stop()


async def test_a_watcher_who_goes_away_leaves_nothing_waiting(directory: Directory) -> None:
    await sequenced(directory, 1)
    before = waiting_for_the_drain(directory)
    for _ in range(5):
        async with watching(directory, directory.admin) as stream:
            await stream.until("caught_up")
    await eventually(lambda: waiting_for_the_drain(directory) == before)


def waiting_for_the_drain(directory: Directory) -> int:
    """Count the tasks that wait for the end of the server."""
    return len([task for task in asyncio.all_tasks() if "Event.wait" in str(task.get_coro())])
