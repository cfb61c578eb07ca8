"""Fact rows worked out anew from the journal, to be held against those that are kept."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.chassis.handling import AnyAggregate
from services.chassis.kernel import Fact, Put, Remove
from services.chassis.messages import Contract
from services.chassis.postgres.facts import as_json
from services.chassis.postgres.pool import Connection
from services.chassis.postgres.writing import SQL

Row = dict[str, object]


def projected(
    aggregates: Mapping[str, AnyAggregate], contract: Contract, entries: Iterable[Any]
) -> dict[str, list[Row]]:
    """Return the rows of every fact table that `entries`, in journal order, lead to."""
    tables: dict[str, list[Row]] = defaultdict(list)
    for entry in entries:
        project = aggregates[entry["aggregate"]].decider.project
        if project is not None:
            event = contract.decode(entry["type"], entry["payload"])
            apply(tables, project(event))
    return tables


def apply(tables: dict[str, list[Row]], facts: Sequence[Fact]) -> None:
    """Take the facts of one event in; a row put and removed leaves its table named, and empty."""
    for fact in facts:
        match fact:
            case Put(table, row):
                tables[table].append(row)
            case Remove(table, key):
                tables[table] = [row for row in tables[table] if not _matches(row, key)]
            case _:  # timers and forgetting leave no row behind
                continue


def _matches(row: Row, key: Row) -> bool:
    return all(row.get(name) == value for name, value in key.items())


async def differing(
    connection: Connection, chain_id: str, tables: Mapping[str, Sequence[Row]]
) -> list[str]:
    """Return the tables whose kept rows of `chain_id` are not `tables`."""
    wrong: list[str] = []
    for table, rows in sorted(tables.items()):
        own = [row | {"chain_id": chain_id} for row in rows]
        wanted = await connection.fetch(SQL.facts_given.format(table=table), as_json(own))
        kept = await connection.fetch(SQL.facts_kept.format(table=table), chain_id)
        if _counted(wanted) != _counted(kept):
            wrong.append(table)
    return wrong


def _counted(rows: Sequence[Any]) -> Counter[str]:
    return Counter(json.dumps(json.loads(row["fact"]), sort_keys=True) for row in rows)
