"""Rows for tables that a test knows only from the catalogue."""

from datetime import UTC, datetime
from uuid import uuid4

from tests.support.databases import Connection, Database

COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
    AND attgenerated = '' AND attidentity = '' ORDER BY attnum
"""
WITH_CHAIN = """
SELECT format('%I.%I', n.nspname, c.relname) AS place FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'chassis') AND a.attname = 'chain_id'
ORDER BY 1
"""


async def tables_with_a_chain(database: Database) -> list[str]:
    """Return every table that has rows of chains."""
    return [str(row["place"]) for row in await database.rows(WITH_CHAIN)]


async def insert_row(connection: Connection, table: str, chain_id: str) -> None:
    """Put one row of `chain_id` into `table`, every other column made up by its type."""
    values: dict[str, object] = {
        str(row["name"]): value_of(str(row["type"]))
        for row in await connection.fetch(COLUMNS, table)
    }
    values["chain_id"] = chain_id
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    # Referenced rows are not what is tested.
    await connection.execute("SET session_replication_role = replica")
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(values)}) VALUES ({places})", *values.values()
    )


def value_of(type_name: str) -> object:
    """Return something of a column's type."""
    return {
        "uuid": str(uuid4()),
        "text": uuid4().hex,
        "bytea": b"x",
        "integer": 1,
        "bigint": uuid4().int % 2**62,
        "boolean": True,
        "jsonb": "{}",
        "timestamp with time zone": datetime(2026, 1, 31, tzinfo=UTC),
    }[type_name]
