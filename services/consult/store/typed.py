"""Where a person typed something of a record: read off its journal, so replaced texts too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import get_type_hints

from services.chassis.kernel import SealedText, remembered
from services.chassis.messages import Contract
from services.chassis.postgres.pool import Pool, transaction
from services.chassis.postgres.queries import load_queries

SQL = load_queries("services.consult.store")
ENTER = "SELECT chassis.enter($1::uuid[])"


@dataclass(frozen=True, slots=True)
class PostgresTyped:
    """Implements api.export.Typed."""

    pool: Pool
    contract: Contract

    async def of_records(
        self, chain_id: str, record_ids: Sequence[str]
    ) -> Sequence[tuple[str, SealedText]]:
        """Return every sealed text of `record_ids`, each with its record, in the order typed."""
        names = [
            declared.name
            for event_class, declared in self.contract.types.items()
            if sealed_fields(event_class)
        ]
        async with transaction(self.pool) as connection:
            await connection.execute(ENTER, [chain_id])
            rows = await connection.fetch(SQL.said_of, chain_id, list(record_ids), names)
        return [
            (str(row["aggregate_id"]), text)
            for row in rows
            for text in sealed_in(self.contract.decode(row["type"], row["payload"]))
        ]


def sealed_in(event: object) -> Iterator[SealedText]:
    """Give the sealed texts that `event` points at."""
    for name in sealed_fields(type(event)):
        if (text := getattr(event, name)) is not None:
            yield text


@remembered
def sealed_fields(event_class: type) -> tuple[str, ...]:
    """Return the names of the fields of an event that point at sealed texts."""
    hints = get_type_hints(event_class)
    return tuple(
        field.name for field in fields(event_class) if "SealedText" in str(hints[field.name])
    )
