"""Fact rows worked out anew from the journal, to be held against those that are kept."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.handling import AnyAggregate
from services.chassis.kernel import Fact, Put, Remove
from services.chassis.messages import Contract
from services.chassis.postgres.facts import as_json
from services.chassis.postgres.pool import Connection
from services.chassis.postgres.writing import SQL

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Origin:
    """The event that a fact row is of; nowhere, for a row that no event gives."""

    aggregate_id: str = ""
    version: int = 0


NOWHERE = Origin()
Tables = dict[str, list[tuple[Row, Origin]]]


def projected(
    aggregates: Mapping[str, AnyAggregate],
    contract: Contract,
    entries: Iterable[Any],
    tables: Iterable[str],
) -> Tables:
    """Return the rows of every one of `tables` that `entries`, in journal order, lead to."""
    found: Tables = {table: [] for table in tables}
    for entry in entries:
        project = aggregates[entry["aggregate"]].decider.project
        if project is not None:
            event = contract.decode(entry["type"], entry["payload"])
            origin = Origin(str(entry["aggregate_id"]), entry["version"])
            _apply(found, project(event), origin)
    return found


def _apply(tables: Tables, facts: Sequence[Fact], origin: Origin) -> None:
    for fact in facts:
        match fact:
            case Put(table, row):
                tables[table].append((row, origin))
            case Remove(table, key):
                tables[table] = [kept for kept in tables[table] if not _matches(kept[0], key)]
            case _:  # timers and forgetting leave no row behind
                continue


def _matches(row: Row, key: Row) -> bool:
    return all(row.get(name) == value for name, value in key.items())


async def fact_tables(connection: Connection) -> list[str]:
    """Return the service's tables of a chain's rows that are not documents."""
    return [str(row["name"]) for row in await connection.fetch(SQL.fact_tables)]


async def differing(
    connection: Connection, chain_id: str, tables: Tables
) -> Sequence[tuple[str, Origin]]:
    """Return where kept rows of `chain_id` are not `tables`: each table, and whose rows."""
    wrong: list[tuple[str, Origin]] = []
    for table, rows in sorted(tables.items()):
        own = [row | {"chain_id": chain_id} for row, _ in rows]
        given = await connection.fetch(SQL.facts_given.format(table=table), as_json(own))
        kept = await connection.fetch(SQL.facts_kept.format(table=table), chain_id)
        origins = [origin for _, origin in rows]
        wanted = list(zip(map(_said, given), origins, strict=True))
        wrong += [(table, origin) for origin in _astray(wanted, Counter(map(_said, kept)))]
    return wrong


def _astray(wanted: Sequence[tuple[str, Origin]], kept: Counter[str]) -> Iterator[Origin]:
    """Yield whose rows are not kept, once each; nobody's, when more are kept than events give."""
    missing: dict[str, Origin] = {}
    for row, origin in wanted:
        if kept[row] > 0:
            kept[row] -= 1
        else:
            missing.setdefault(origin.aggregate_id, origin)
    yield from missing.values()
    # A row that was edited is missing, and stands there as another.
    if not missing and kept.total() > 0:
        yield NOWHERE


def _said(row: Any) -> str:
    return json.dumps(json.loads(row["fact"]), sort_keys=True)
