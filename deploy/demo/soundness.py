"""Whether all four services are at rest and sound: nothing stuck, nothing lost, nothing altered."""

from collections.abc import Collection

from google.protobuf.message import Message
from grpc import aio

from deploy.demo.client import AUDITOR, EFFECT_SECONDS, OPERATOR, Client, NotSeen, eventually
from deploy.demo.refusals import Refused, refused
from mesoflow.common.v1.feed_pb2 import WatchEvent, WatchRequest
from mesoflow.ops.v1.service_pb2 import (
    GetStatusRequest,
    GetStatusResponse,
    VerifyJournalRequest,
    VerifyJournalResponse,
)

WATCH_SECONDS = 60.0


async def differences_in(
    client: Client, empty: Collection[str] = (), seconds: float = EFFECT_SECONDS
) -> list[str]:
    """Return what is not as it must be in the services, each at rest.

    The journals of those in `empty`, and of no others, may be empty.
    """
    found = []
    for name in client.operations:
        found += [f"{name}: {line}" for line in await _service(client, name, seconds)]
        if name not in empty and not await _recorded(client, name):
            found.append(f"{name}: the journal is empty")
    return found


async def _recorded(client: Client, name: str) -> int:
    journal = client.operations[name].ops.VerifyJournal
    return (await client.call(journal, VerifyJournalRequest(), AUDITOR)).events_checked


async def _service(client: Client, name: str, seconds: float) -> list[str]:
    ops = client.operations[name].ops

    async def status() -> GetStatusResponse:
        return await client.call(ops.GetStatus, GetStatusRequest(), OPERATOR)

    try:
        await eventually(status, at_rest, "rest", seconds=seconds)
    except NotSeen:
        return [f"not at rest: {_said(await status())}"]
    try:
        journal, heard = await _journal_and_feed(client, name)
    except (Refused, NotSeen) as refusal:
        return [str(refusal)]
    broken = [
        f"{link.aggregate} {link.aggregate_id} version {link.version} does not verify"
        for link in journal.broken
    ]
    return broken + gaps(heard)


def at_rest(status: GetStatusResponse) -> bool:
    """Whether every event is with the broker, and none waits or is given up."""
    sent = status.relay_feed_no == status.feed_no and not status.outbox_pending
    heard = all(each.hearing and not each.pending for each in status.consumers)
    return sent and heard and not status.parked and not status.dead


async def _journal_and_feed(
    client: Client, name: str
) -> tuple[VerifyJournalResponse, list[WatchEvent]]:
    """Return the verified journal, and the feed from its beginning once it shows as much."""
    operation = client.operations[name]

    async def read() -> tuple[VerifyJournalResponse, list[WatchEvent]]:
        request = VerifyJournalRequest()
        journal = await client.call(operation.ops.VerifyJournal, request, AUDITOR)
        return journal, await watched(client, name)

    return await eventually(
        read,
        lambda both: both[0].events_checked == len(both[1]),
        "the journal's events in the watch stream",
    )


async def watched(client: Client, name: str) -> list[WatchEvent]:
    """Return every event of a service's feed up to the mark that says: caught up."""
    feed = client.operations[name].feed
    call = feed.Watch(WatchRequest(), timeout=WATCH_SECONDS, metadata=client.metadata(AUDITOR))
    events: list[WatchEvent] = []
    try:
        async for item in call:
            if item.HasField("caught_up"):
                return events
            if item.HasField("event"):
                events.append(item.event)
    except aio.AioRpcError as error:
        raise refused(error) from None
    finally:
        call.cancel()
    raise NotSeen(f"the watch of {name} ended before it had caught up")


def gaps(events: list[WatchEvent]) -> list[str]:
    """Return where the versions of an aggregate do not count from one without a hole."""
    last: dict[str, int] = {}
    found = []
    for event in events:
        if event.version != last.get(event.aggregate_id, 0) + 1:
            found.append(f"{event.type} of {event.aggregate_id} has version {event.version}")
        last[event.aggregate_id] = event.version
    return found


def _said(message: Message) -> str:
    return " ".join(str(message).split())
