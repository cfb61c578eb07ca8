"""A watcher who does not read is cut in time, told so, and goes on where it stood."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import TypeAlias

import pytest
from grpc import aio

from mesoflow.common.v1 import feed_pb2 as pb
from mesoflow.common.v1.feed_pb2_grpc import FeedServiceStub
from services.chassis.grpc import scope
from tests.support.calls import Refusal, refusal_of
from tests.support.directory import Directory
from tests.support.eventually import eventually

EVENTS = 400
# Large enough that all of them fill every buffer between server and watcher.
LARGE = """
WITH added AS (
    INSERT INTO chassis.journal (event_id, chain_id, aggregate, aggregate_id, version, type,
        payload, actor, correlation_id, occurred_at, recorded_at, hash)
    SELECT gen_random_uuid(), $1, 'clinic', $2, n, 'mesoflow.consult.v1.RoomAdded',
        decode(repeat('00', 65536), 'hex'), 'x', gen_random_uuid(), now(), now(), ''
    FROM generate_series(2, $3::int + 1) n ORDER BY n RETURNING position),
numbered AS (UPDATE chassis.sequencer s SET feed_no = s.feed_no + $3 RETURNING s.feed_no - $3 AS n)
INSERT INTO chassis.feed (feed_no, position, chain_id)
SELECT numbered.n + row_number() OVER (ORDER BY added.position), added.position, $1
FROM added, numbered
"""
Watching: TypeAlias = "aio.UnaryStreamCall[pb.WatchRequest, pb.WatchResponse]"
TOO_SLOW = Refusal("RESOURCE_EXHAUSTED", "WATCHER_TOO_SLOW")
CUT_SECONDS = 1.0
SOON_SECONDS = 15.0


async def large_feed(directory: Directory) -> str:
    """Return a clinic whose feed is longer than what a connection holds."""
    clinic = (await directory.opened()).clinic_id
    database = directory.service.database

    async def fed() -> bool:
        return await database.value("SELECT feed_no FROM chassis.sequencer") == 2

    await eventually(fed)
    await database.execute(LARGE, directory.service.chain, clinic, EVENTS)
    return clinic


@asynccontextmanager
async def watching(directory: Directory, **asked: str) -> AsyncIterator[Watching]:
    """Open a watch; it is cancelled at the end."""
    stub = FeedServiceStub(directory.service.channel)
    call = stub.Watch(pb.WatchRequest(**asked), metadata=directory.admin.metadata)
    try:
        yield call
    finally:
        call.cancel()


async def read_on(call: Watching) -> pb.WatchResponse | None:
    """Return the next item, or None where the server has ended the stream well."""
    async with asyncio.timeout(SOON_SECONDS):
        item = await call.read()
    return item if isinstance(item, pb.WatchResponse) else None


async def read_to_the_cut(call: Watching, seen: list[pb.WatchResponse]) -> Refusal:
    """Take what is still on its way, and return how the stream ended."""
    try:
        while item := await read_on(call):
            seen.append(item)
    except aio.AioRpcError as cut:
        return refusal_of(cut)
    raise AssertionError("not cut")


def ended_watches(directory: Directory, more_than: int) -> bool:
    """Tell whether the server has done with more watches than that."""
    spans = directory.service.spans.get_finished_spans()
    return len([span for span in spans if span.name.endswith("/Watch")]) > more_than


async def test_a_slow_watcher_is_cut_and_goes_on_without_gap_or_repeat(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scope.SLOW_SECONDS <= 30
    monkeypatch.setattr(scope, "SLOW_SECONDS", CUT_SECONDS)
    clinic = await large_feed(directory)
    seen: list[pb.WatchResponse] = []
    for cuts in range(2):
        token = seen[-1].resume_token if seen else ""
        async with watching(directory, aggregate_id=clinic, resume_token=token) as call:
            first = await read_on(call)
            assert first is not None
            seen.append(first)
            await eventually(partial(ended_watches, directory, more_than=cuts))
            assert await read_to_the_cut(call, seen) == TOO_SLOW
    async with watching(directory, aggregate_id=clinic, resume_token=seen[-1].resume_token) as call:
        while (item := await read_on(call)) and not item.HasField("caught_up"):
            seen.append(item)
    assert [item.event.version for item in seen] == list(range(1, EVENTS + 2))


async def test_a_watcher_in_the_middle_of_a_long_feed_is_told_of_the_drain(
    directory: Directory,
) -> None:
    clinic = await large_feed(directory)
    async with watching(directory, aggregate_id=clinic) as call:
        assert await read_on(call)
        directory.service.stopping.set()
        await eventually(directory.service.running.draining.is_set)
        seen: list[pb.WatchResponse] = []
        while item := await read_on(call):
            seen.append(item)
    assert seen[-1].HasField("draining")
    assert len(seen) < EVENTS / 2
    assert seen[-1].resume_token == seen[-2].resume_token
    await directory.service.stop()
