"""The sequencer's numbers: dense, gap-free, in order per aggregate, whoever writes and counts."""

import asyncio

from services.chassis.delivery import Cursor
from services.chassis.handling import Owed
from services.consult.domain.clinic.commands import AddRoom
from tests.support.calls import new_id
from tests.support.hearing import BARE_CLINIC, open_clinic
from tests.support.parts import Parts

WRITERS = 16
ROOMS_EACH = 20
FED = """
SELECT f.feed_no, j.aggregate_id::text AS id, j.version FROM chassis.feed f
JOIN chassis.journal j USING (position) ORDER BY f.feed_no
"""


async def write(bench: Parts, clinic: str) -> None:
    """Open a clinic, then add its rooms, one after another."""
    at = bench.clock.now()
    await bench.handle(Owed(BARE_CLINIC, clinic, open_clinic(clinic, bench.chain, at)))
    for n in range(ROOMS_EACH):
        await bench.handle(Owed(BARE_CLINIC, clinic, AddRoom(clinic, new_id(), f"R{n}", at)))


async def count_until(bench: Parts, done: asyncio.Event) -> int:
    """Sequence until `done`, and once more."""
    moved = 0
    while not done.is_set():
        moved += (await bench.feed.sequence())[0]
    return moved + (await bench.feed.sequence())[0]


async def test_the_feed_is_dense_and_in_order_while_many_write(bench: Parts) -> None:
    clinics = [new_id() for _ in range(WRITERS)]
    done = asyncio.Event()
    counting = [asyncio.create_task(count_until(bench, done)) for _ in range(2)]
    await asyncio.gather(*[write(bench, clinic) for clinic in clinics])
    done.set()
    moved = sum(await asyncio.gather(*counting))
    rows = await bench.database.rows(FED)
    expected = WRITERS * (ROOMS_EACH + 1)
    assert moved == len(rows) == expected
    assert [row["feed_no"] for row in rows] == list(range(1, expected + 1))
    for clinic in clinics:
        versions = [row["version"] for row in rows if row["id"] == clinic]
        assert versions == list(range(1, ROOMS_EACH + 2))
    assert await bench.database.value("SELECT count(*) FROM chassis.outbox") == 0
    assert await bench.database.value("SELECT feed_no FROM chassis.sequencer") == expected


async def test_what_is_not_committed_is_not_numbered_and_leaves_no_gap(bench: Parts) -> None:
    clinic = new_id()
    await write(bench, clinic)
    async with bench.database.connected() as open_elsewhere:
        transaction = open_elsewhere.transaction()
        await transaction.start()
        await open_elsewhere.execute(LATE_ENTRY, bench.chain)
        await bench.feed.sequence()
        after = await bench.database.value("SELECT feed_no FROM chassis.sequencer")
        await transaction.commit()
    assert after == ROOMS_EACH + 1
    assert await bench.feed.sequence() == (1, ROOMS_EACH + 2)
    items = await bench.feed.after(ROOMS_EACH + 1, 10)
    assert [(item.feed_no, item.type) for item in items] == [(ROOMS_EACH + 2, "late")]


LATE_ENTRY = """
WITH added AS (
    INSERT INTO chassis.journal (event_id, chain_id, aggregate, aggregate_id, version, type,
        payload, actor, correlation_id, occurred_at, recorded_at, hash)
    SELECT gen_random_uuid(), $1, 'clinic', gen_random_uuid(), 1, 'late', '', 'x',
        gen_random_uuid(), now(), now(), '' RETURNING position)
INSERT INTO chassis.outbox SELECT position FROM added
"""


async def test_a_cursor_moves_only_from_where_it_stands(bench: Parts) -> None:
    start = await bench.feed.cursor("CONSULT", "then")
    one, other = Cursor(5, "then", 5), Cursor(7, "then", 7)
    moved = await asyncio.gather(
        bench.feed.move("CONSULT", start, one), bench.feed.move("CONSULT", start, other)
    )
    assert sorted(moved) == [False, True]
    stands = await bench.feed.cursor("CONSULT", "never mind")
    assert stands == (one if moved[0] else other)
    gone = Cursor(stands.feed_no, "another incarnation", 0)
    assert not await bench.feed.move("CONSULT", gone, Cursor(9, "another incarnation", 9))


async def test_an_item_says_what_was_recorded(bench: Parts) -> None:
    clinic = new_id()
    at = bench.clock.now()
    await bench.handle(Owed(BARE_CLINIC, clinic, open_clinic(clinic, bench.chain, at)), at=at)
    await bench.feed.sequence()
    (item,) = await bench.feed.after(0, 10)
    assert (item.chain_id, item.aggregate, item.aggregate_id) == (bench.chain, "clinic", clinic)
    assert (item.version, item.type) == (1, "mesoflow.consult.v1.ClinicOpened")
    assert item.occurred_at == at
