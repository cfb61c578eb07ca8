"""The floor's tables and its group commit: one row a thing, one outbox row an event."""

import asyncio
from dataclasses import dataclass, field
from typing import TypeAlias

import asyncpg
from google.protobuf.message import Message

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
POOL_SIZE = 16
GROUPS_AT_ONCE = 2
GROUP_MOST = 128

SCHEMA = """
CREATE TABLE things (
    id uuid PRIMARY KEY, version int NOT NULL, state text NOT NULL, payload bytea NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, subject text NOT NULL,
    traceparent text, payload bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE inbox (id uuid PRIMARY KEY);
"""
READ = "SELECT version, payload FROM things WHERE id = $1"
CHANGE = """
WITH new AS (
    SELECT * FROM unnest($1::uuid[], $2::int[], $3::text[], $4::bytea[], $5::uuid[], $6::text[],
        $7::text[], $8::bytea[])
        AS t (id, version, state, payload, event_id, subject, traceparent, event)),
changed AS (
    UPDATE things SET version = things.version + 1, state = new.state, payload = new.payload,
        updated_at = now()
    FROM new WHERE things.id = new.id AND things.version = new.version RETURNING things.id)
INSERT INTO outbox (id, subject, traceparent, payload)
SELECT event_id, subject, traceparent, event FROM new JOIN changed USING (id)
"""
CREATE = """
WITH created AS (
    INSERT INTO things (id, version, state, payload)
    SELECT id, 1, state, payload FROM unnest($1::uuid[], $2::text[], $3::bytea[])
        AS t (id, state, payload))
INSERT INTO outbox (id, subject, traceparent, payload)
SELECT * FROM unnest($4::uuid[], $5::text[], $6::text[], $7::bytea[])
"""
CLAIM = """
INSERT INTO inbox (id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING id
"""

Row: TypeAlias = "tuple[object, ...]"


@dataclass(slots=True)
class Group:
    """Stores what has come together while the groups before it were stored."""

    pool: Pool
    statement: str
    _waiting: list[tuple[Row, asyncio.Future[None]]] = field(default_factory=list)
    _free: int = GROUPS_AT_ONCE
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def submit(self, row: Row) -> None:
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, stored))
        self._start()
        await stored

    def _start(self) -> None:
        while self._free and self._waiting:
            self._free -= 1
            batch, self._waiting = self._waiting[:GROUP_MOST], self._waiting[GROUP_MOST:]
            task = asyncio.create_task(self._flush(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _flush(self, batch: list[tuple[Row, asyncio.Future[None]]]) -> None:
        try:
            await self.pool.execute(self.statement, *columns([row for row, _ in batch]))
            for _, stored in batch:
                stored.set_result(None)
        except asyncpg.PostgresError as error:
            for _, stored in batch:
                stored.set_exception(error)
        finally:
            self._free += 1
            self._start()


def columns(rows: list[Row]) -> list[list[object]]:
    """Return `rows` as one array per column."""
    return [list(column) for column in zip(*rows, strict=True)]


async def open_pool(url: str, size: int = POOL_SIZE) -> Pool:
    """Return a full pool, of the size that our services have unless another is named."""
    return await asyncpg.create_pool(url, min_size=size, max_size=size)


def padded(message: Message, size: int) -> bytes:
    """Return `message` as bytes that still parse, filled to `size` with a field nobody knows."""
    said = message.SerializeToString()
    # Field 2047, length-delimited, its length in two bytes.
    room = size - len(said) - 4
    if room < 0:
        return said
    return said + b"\xfa\x7f" + bytes((room & 0x7F | 0x80, room >> 7)) + bytes(room)
