"""Lists that go by time, newest first: ids of their documents and where to go on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.chassis.postgres.pool import Pool, transaction
from services.chassis.postgres.queries import load_queries

SQL = load_queries("services.safety.store")
SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Newest:
    """One list's statement. A mark is a document's place in the list, `<time>|<id>`."""

    pool: Pool
    statement: str

    async def __call__(
        self, chain_id: str, wanted: Mapping[str, object], after: str | None, most: int
    ) -> Sequence[str]:
        """Return the marks of the documents that meet every wanted column, from `after` on."""
        time, key = place(after)
        async with transaction(self.pool) as connection:
            await connection.execute(SQL.enter, [chain_id])
            rows = await connection.fetch(
                self.statement, chain_id, json.dumps(wanted), time, key, most
            )
        return [f"{row['born_at'].isoformat()}{SEPARATOR}{row['id']}" for row in rows]


def place(mark: str | None) -> tuple[datetime | None, str | None]:
    """Return the time and the id that a mark says, or neither for the beginning."""
    if mark is None:
        return None, None
    time, _, key = mark.partition(SEPARATOR)
    return datetime.fromisoformat(time), key
