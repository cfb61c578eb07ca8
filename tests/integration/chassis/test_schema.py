"""Every statement and function of every service's store fits its migrated schema."""

import asyncio
import itertools

import pytest

from deploy.local.stack import SERVICES
from services.chassis.postgres.migrate import RevisionChanged, migrate, revisions
from services.chassis.postgres.queries import load_queries
from tests.support.databases import Connection, Database
from tests.support.rows import tables_with_a_chain
from tests.support.servers import Servers

RELAY = {"sequence", "relay_cursor", "start_relay_cursor", "move_relay_cursor", "feed_after"}
CLOCK = {"due_timers"}
DOCUMENTS = """
SELECT substr(proname, 5) AS name FROM pg_proc
WHERE pronamespace = 'chassis'::regnamespace AND proname LIKE 'put\\_%' ORDER BY 1
"""


def migrated() -> list[str]:
    """Return the services that have a schema of their own."""
    return [name for name in SERVICES if any(r.name.startswith(name) for r in revisions(name))]


def statements(service: str) -> dict[str, str]:
    """Return every named statement of the chassis and of `service`."""
    found = vars(load_queries("services.chassis.postgres"))
    try:
        found |= vars(load_queries(f"services.{service}.store"))
    except FileNotFoundError:
        return found
    return found


@pytest.fixture(params=migrated())
async def schema(real: Servers, request: pytest.FixtureRequest) -> Database:
    """The migrated schema of each service."""
    name = f"schema_{request.param}"
    real.postgres.ensure_database(name)
    await migrate(real.postgres.url("owner", name), request.param)
    return Database(real.postgres, name)


def service_of(schema: Database) -> str:
    return schema.name.removeprefix("schema_")


def role_of(statement: str) -> str:
    return "relay" if statement in RELAY else "clock" if statement in CLOCK else "app"


async def test_every_named_statement_prepares(schema: Database) -> None:
    documents, facts = await tables_of(schema)
    for name, text in statements(service_of(schema)).items():
        async with schema.connected(role_of(name)) as connection:
            for table in facts if "_facts" in name else documents:
                filled = text.replace("{table}", table).replace("{column}", "id")
                filled = filled.replace("{matches}", "f.chain_id = k.chain_id")
                await connection.prepare(filled)


async def tables_of(schema: Database) -> tuple[list[str], list[str]]:
    """Return the names of the service's documents and of its fact tables."""
    documents = [str(row["name"]) for row in await schema.rows(DOCUMENTS)]
    tables = {place for place in await tables_with_a_chain(schema) if "chassis." not in place}
    names = {place.removeprefix("public.").strip('"') for place in tables}
    assert documents
    assert names > set(documents)
    return documents, sorted(names - set(documents))


async def test_every_document_can_be_written_read_held_and_paged(schema: Database) -> None:
    documents, _ = await tables_of(schema)
    async with schema.connected("app") as connection:
        for name in documents:
            await exercise(connection, name)


async def exercise(connection: Connection, document: str) -> None:
    """Run each function of `document` over nothing: its statements are planned all the same."""
    for held in (0, 1, 2):
        await connection.fetch(f"SELECT * FROM chassis.get_{document}('{{}}', '{{}}', {held})")
    assert await connection.fetchval(f"SELECT chassis.put_{document}('{{}}', '{{}}', '{{}}')") == []
    paged = "SELECT * FROM chassis.page(gen_random_uuid(), $1, '{}', NULL, NULL, 1)"
    assert await connection.fetch(paged, document) == []


async def test_migrating_again_changes_nothing(schema: Database) -> None:
    assert await migrate(schema.url("owner"), service_of(schema)) == []


async def test_two_that_migrate_at_once_apply_each_revision_once(real: Servers) -> None:
    real.postgres.create_database("migrated_twice")
    url = real.postgres.url("owner", "migrated_twice")
    applied = await asyncio.gather(*[migrate(url, "consult") for _ in range(4)])
    names = [revision.name for revision in revisions("consult")]
    assert sorted(itertools.chain(*applied)) == sorted(names)


async def test_an_edited_revision_stops_the_start(real: Servers) -> None:
    real.postgres.create_database("edited")
    schema = Database(real.postgres, "edited")
    await migrate(schema.url("owner"), "consult")
    await schema.execute("UPDATE schema_revisions SET text = text || ' '")
    with pytest.raises(RevisionChanged):
        await migrate(schema.url("owner"), "consult")
