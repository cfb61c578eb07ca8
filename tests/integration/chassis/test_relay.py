"""Everything committed reaches the stream, in order, whatever becomes of the broker."""

from dataclasses import replace

import nats
import pytest
from nats.js.api import StreamConfig

from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1.service_pb2_grpc import OpsServiceStub
from services.chassis.delivery import Cursor
from services.chassis.jetstream.connection import connected
from services.chassis.jetstream.relay import Relay, Superseded
from services.chassis.jetstream.streams import declare_stream, stream_config
from services.chassis.postgres.feed import Feed
from services.chassis.postgres.pool import open_pool
from services.chassis.signals import Signal
from tests.support.directory import Directory
from tests.support.eventually import eventually
from tests.support.neighbour import heard_in_stream
from tests.support.running import recorded_telemetry
from tests.support.servers import Servers

JOURNAL = "SELECT event_id::text AS id FROM chassis.journal ORDER BY position"


async def journalled(directory: Directory) -> list[str]:
    return [str(row["id"]) for row in await directory.service.database.rows(JOURNAL)]


async def published(directory: Directory, at_least: int) -> list[str]:
    """Return the event ids in the stream, each once, as they stand there."""
    found = await heard_in_stream(directory.service.servers, "CONSULT", at_least)
    return list(dict.fromkeys(event_id for event_id, _ in found))


async def test_what_is_committed_is_published_in_the_feeds_order(directory: Directory) -> None:
    clinic = await directory.opened()
    for _ in range(80):
        await directory.with_room(clinic.clinic_id)
    events = await journalled(directory)
    found = await heard_in_stream(directory.service.servers, "CONSULT", len(events))
    assert [event_id for event_id, _ in found] == events
    assert [int(number) for _, number in found] == list(range(1, len(events) + 1))


async def test_a_wiped_broker_is_filled_again(directory: Directory) -> None:
    clinic = await directory.opened()
    await directory.with_room(clinic.clinic_id)
    await published(directory, 3)
    servers = directory.service.servers
    servers.nats.kill()
    servers.nats.wipe()
    servers.nats.start()
    await directory.with_room(clinic.clinic_id)
    assert await published(directory, 4) == await journalled(directory)


async def test_a_stream_that_lost_its_end_gets_it_again(directory: Directory) -> None:
    """As after a power cut: the stream is the same one, and stands before what was acknowledged."""
    clinic = await directory.opened()
    await published(directory, 2)
    database = directory.service.database
    await stop_relay(directory)
    await database.execute("UPDATE chassis.relay SET feed_no = 2, stream_sequence = 99")
    await directory.with_room(clinic.clinic_id)
    await published(directory, 3)
    assert await published(directory, 3) == await journalled(directory)


async def stop_relay(directory: Directory) -> None:
    """Make the relay begin again, by ending the connection it works on."""
    directory.service.servers.nats.kill()
    directory.service.servers.nats.start()


async def test_of_two_relays_the_superseded_one_stops(
    directory: Directory, broker: Servers
) -> None:
    await directory.opened()
    await published(directory, 2)
    telemetry, _ = recorded_telemetry()
    async with (
        await open_pool(directory.service.database.url("relay"), 2) as pool,
        connected(broker.nats.url, "second") as client,
    ):
        feed = StaleFeed(Feed(pool))
        relay = Relay(client, "consult", feed, Signal(), telemetry)
        with pytest.raises(Superseded):
            await relay.run()
    assert await published(directory, 2) == await journalled(directory)
    telemetry.close()


class StaleFeed:
    """A feed whose cursor was read before another relay moved it."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self.after = feed.after
        self.move = feed.move

    async def cursor(self, stream: str, created: str) -> Cursor:
        return replace(await self._feed.cursor(stream, created), feed_no=0)


async def test_status_tells_how_far_the_relay_is(directory: Directory) -> None:
    await directory.opened()
    stub = OpsServiceStub(directory.service.channel)
    operator = directory.service.caller("operator")

    async def status() -> ops.GetStatusResponse:
        return await operator.call(stub.GetStatus, ops.GetStatusRequest())

    async def there() -> bool:
        found = await status()
        return (found.feed_no, found.relay_feed_no, found.outbox_pending) == (2, 2, 0)

    await eventually(there)
    assert (await status()).service == "consult"
    assert not (await status()).HasField("outbox_age_milliseconds")
    async with directory.service.database.connected() as holding, holding.transaction():
        await holding.execute("SELECT FROM chassis.sequencer FOR UPDATE")
        await directory.opened()
        directory.service.clock.advance(minutes=1)
        behind = await status()
    assert behind.outbox_pending == 1
    assert 60_000 <= behind.outbox_age_milliseconds < 90_000


async def test_the_owner_brings_its_stream_to_what_it_must_be(broker: Servers) -> None:
    client = await nats.connect(broker.nats.url)
    js = client.jetstream()
    loose = StreamConfig(name="CONSULT", subjects=["mesoflow.*.consult.>"], max_age=60)
    await js.add_stream(loose)
    await declare_stream(js, "consult")
    kept = (await js.stream_info("CONSULT")).config
    wanted = stream_config("consult")
    for name in ("subjects", "discard", "max_age", "duplicate_window", "allow_atomic", "max_bytes"):
        assert getattr(kept, name) == (getattr(wanted, name) or -1), name
    await client.close()
