"""What is owed to every document that is found: one search a column, for all of a batch."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from services.chassis.handling import Owed, OwedToEach
from services.chassis.postgres.pool import Connection
from services.chassis.postgres.writing import SQL


async def owed_to_each(
    connection: Connection, owed: Sequence[tuple[str, Sequence[Owed | OwedToEach]]], now: datetime
) -> list[list[Owed]]:
    """Return what is owed in each chain, with every document found in the place of a search."""
    wanted: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for chain_id, some in owed:
        for one in some:
            if isinstance(one, OwedToEach):
                wanted[one.aggregate.name, one.column].add((chain_id, one.value))
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for place, sought in wanted.items():
        chains, values = ({each[n] for each in sought} for n in (0, 1))
        for row in await connection.fetch(SQL.found, list(chains), *place, list(values)):
            found[*place, str(row["chain_id"]), row["value"]].append(str(row["id"]))

    def spelled_out(chain_id: str, one: Owed | OwedToEach) -> list[Owed]:
        if isinstance(one, Owed):
            return [one]
        keys = found[one.aggregate.name, one.column, chain_id, one.value]
        return [one.to(key, now) for key in keys]

    return [
        [each for one in some for each in spelled_out(chain_id, one)] for chain_id, some in owed
    ]
