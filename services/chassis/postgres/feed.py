"""The sequencer's step and the feed as relay and watches read it."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from services.chassis.delivery import Cursor, FeedItem
from services.chassis.postgres.alone import alone
from services.chassis.postgres.pool import Connection, Pool, acquired, transaction
from services.chassis.postgres.writing import SQL
from services.chassis.signals import Signal, pause_after, woken

SEQUENCE_MOST = 1000
FALLBACK_SECONDS = 0.25
GATHER_LEAST, GATHER_MOST = 0.01, 0.03


@dataclass(frozen=True, slots=True)
class Feed:
    """Implements delivery.FeedSource with the relay's role, which sees all chains."""

    pool: Pool

    async def sequence(self) -> tuple[int, int]:
        """Number committed entries; return how many, and how far the feed now reaches."""
        async with acquired(self.pool) as connection:
            row = await connection.fetchrow(SQL.sequence, SEQUENCE_MOST)
        assert row is not None, "it always says"
        return row["moved"], row["feed_no"]

    def alone(self) -> AbstractAsyncContextManager[Connection]:
        """Wait until no other process relays, and be the one that does."""
        return alone(self.pool, "relay")

    async def after(self, feed_no: int, most: int) -> Sequence[FeedItem]:
        async with acquired(self.pool) as connection:
            rows = await connection.fetch(SQL.feed_after, feed_no, most)
        return [FeedItem(**row) for row in rows]

    async def cursor(self, stream: str, created: str) -> Cursor:
        """Return the cursor of `stream`, beginning one where there is none."""
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.start_relay_cursor, stream, created)
            row = await connection.fetchrow(SQL.relay_cursor, stream)
        assert row is not None, "just begun"
        return Cursor(row["feed_no"], row["stream_created"], row["stream_sequence"])

    async def move(self, stream: str, before: Cursor, after: Cursor) -> bool:
        """Move the cursor by compare-and-set; tell whether it still stood at `before`."""
        async with acquired(self.pool) as connection:
            return bool(
                await connection.fetchval(
                    SQL.move_relay_cursor,
                    stream,
                    after.feed_no,
                    after.stream_created,
                    after.stream_sequence,
                    before.feed_no,
                    before.stream_created,
                )
            )


async def run_sequencer(feed: Feed, committed: Signal, sequenced: Signal) -> None:
    """Number what is committed, woken after each commit, until cancelled.

    What another process of this service has numbered is news here too, at the next fallback.
    """
    known = 0
    while True:
        mark = committed.mark()
        moved, reached = await feed.sequence()
        if reached > known:
            known = reached
            sequenced.set()
        if moved == SEQUENCE_MOST:
            continue
        if moved:
            # What follows closely is numbered, relayed and heard together: a third of the work.
            await asyncio.sleep(pause_after(moved, least=GATHER_LEAST, most=GATHER_MOST))
        await woken(mark, FALLBACK_SECONDS)


@dataclass(frozen=True, slots=True)
class ChainFeed:
    """The feed of one chain under row-level security, as a watch reads it."""

    pool: Pool

    async def end(self) -> int:
        """Return the last number given."""
        async with acquired(self.pool) as connection:
            end: int = await connection.fetchval(SQL.feed_end)
        return end

    async def between(
        self, chain_id: str, after: int, until: int, narrowed: tuple[list[str] | None, str | None]
    ) -> Sequence[FeedItem]:
        """Return up to a page of items in (after, until], of the types and aggregate wanted."""
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            rows = await connection.fetch(
                SQL.feed_of_chain_after, chain_id, after, until, *narrowed, 200
            )
        return [FeedItem(**row) for row in rows]
