"""The fact rows and timers that events lead to, written in the order of the events."""

import json
from collections import defaultdict
from collections.abc import Sequence

from services.chassis.kernel import Forget, Put, Remove, Timer, derived_id
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.codec import to_jsonb
from services.chassis.postgres.pool import Connection
from services.chassis.postgres.writing import SQL

Row = dict[str, object]


async def store_facts(connection: Connection, slots: Sequence[Slot]) -> None:
    """Write the facts of every slot; a row put before it is removed is gone afterwards."""
    put: dict[str, list[Row]] = defaultdict(list)
    timers: dict[str, tuple[object, ...]] = {}
    for slot in slots:
        for fact in slot.facts:
            match fact:
                case Put(table, row):
                    put[table].append(row | {"chain_id": slot.chain_id})
                case Remove(table, key):
                    await _put(connection, put)
                    await _remove(connection, table, key | {"chain_id": slot.chain_id})
                case Timer():
                    timer_id = derived_id("timer", slot.chain_id, fact.key)
                    timers[timer_id] = _timer_row(slot, timer_id, fact)
                case Forget(owner_id):
                    await connection.execute(SQL.forget, slot.chain_id, [owner_id])
    await _put(connection, put)
    if timers:
        await connection.execute(SQL.put_timers, list(timers.values()))


async def _put(connection: Connection, put: dict[str, list[Row]]) -> None:
    for table, rows in put.items():
        await connection.execute(SQL.put_facts.format(table=table), as_json(rows))
    put.clear()


async def _remove(connection: Connection, table: str, key: Row) -> None:
    matches = " AND ".join(f"f.{name} = k.{name}" for name in key)
    await connection.execute(SQL.remove_facts.format(table=table, matches=matches), as_json([key]))


def _timer_row(slot: Slot, timer_id: str, timer: Timer) -> tuple[object, ...]:
    traceparent = slot.entries[-1].traceparent if slot.entries else None
    return (
        slot.chain_id,
        timer_id,
        timer.due_at,
        timer.command,
        timer.aggregate,
        timer.aggregate_id,
        traceparent,
        0,
    )


def as_json(rows: Sequence[Row]) -> str:
    """Return fact rows as the JSON that the store reads them from."""
    return json.dumps(rows, default=_text)


def _text(value: object) -> object:
    return to_jsonb(value).strip('"')
