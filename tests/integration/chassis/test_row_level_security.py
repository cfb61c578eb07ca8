"""Chains are apart in the store itself, whatever a statement forgets to say."""

import asyncpg
import pytest

from deploy.local.stack import SERVICES
from services.chassis.postgres.migrate import migrate, revisions
from tests.support.calls import new_id
from tests.support.databases import Database
from tests.support.rows import insert_row, tables_with_a_chain
from tests.support.servers import Servers

POLICIES = """
SELECT p.polname AS name, r.rolname AS role,
    pg_get_expr(p.polqual, p.polrelid) AS reads, pg_get_expr(p.polwithcheck, p.polrelid) AS writes
FROM pg_policy p LEFT JOIN LATERAL unnest(p.polroles) AS o (oid) ON true
LEFT JOIN pg_roles r ON r.oid = o.oid WHERE p.polrelid = $1::regclass
"""
FORCED = "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = $1::regclass"
CHAINS_OF_THE_CALL = "(chain_id = ANY (( SELECT chassis.chains() AS chains)::uuid[]))"
GRANTS = """
SELECT table_schema || '.' || table_name || ' ' || privilege_type AS what
FROM information_schema.role_table_grants WHERE grantee = $1
UNION SELECT table_schema || '.' || table_name || '.' || column_name || ' ' || privilege_type
FROM information_schema.column_privileges p WHERE grantee = $1 AND NOT EXISTS (
    SELECT FROM information_schema.role_table_grants g WHERE g.grantee = p.grantee
        AND g.table_name = p.table_name AND g.privilege_type = p.privilege_type)
"""
CHASSIS_TABLES = {
    f"chassis.{name}"
    for name in ("journal", "feed", "requests", "heard", "parked", "sealed", "sealed_keys")
} | {"chassis.timers", "chassis.audit"}
PARKED = ("durable", "chain_id", "aggregate_id", "version", "dead", "next_attempt_at")
DUE = ("chain_id", "key", "due_at", "failures")
MADE = [name for name in SERVICES if any(r.name.startswith(name) for r in revisions(name))]


@pytest.fixture(params=MADE)
async def schema(real: Servers, request: pytest.FixtureRequest) -> Database:
    """The migrated schema of each service."""
    name = f"schema_{request.param}"
    real.postgres.ensure_database(name)
    await migrate(real.postgres.url("owner", name), request.param)
    return Database(real.postgres, name)


async def test_every_table_of_chains_is_guarded(schema: Database) -> None:
    tables = await tables_with_a_chain(schema)
    assert len(tables) > len(CHASSIS_TABLES)
    assert set(tables) >= CHASSIS_TABLES
    for table in tables:
        assert await schema.value(FORCED, table), table
        policies = [dict(row) for row in await schema.rows(POLICIES, table)]
        mine = [p for p in policies if p["role"] == "app"]
        assert [p["reads"] for p in mine] == [CHAINS_OF_THE_CALL], table
        assert [p["writes"] for p in mine] == [None], table
        assert {p["role"] for p in policies} <= {"app", "owner", "relay", "clock"}, table


async def test_nothing_passes_row_level_security_by_its_owner(schema: Database) -> None:
    ours = "IN ('chassis'::regnamespace, 'public'::regnamespace)"
    definers = f"SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace {ours}"
    assert await schema.rows(definers) == []
    views = (
        f"SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace {ours}"
        " AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)"
    )
    assert await schema.rows(views) == []
    owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('chassis', 'public')"
    assert [row["tableowner"] for row in await schema.rows(owners)] == ["owner"]


async def test_app_sees_the_rows_of_its_chains_alone(database: Database) -> None:
    mine, other = new_id(), new_id()
    tables = await tables_with_a_chain(database)
    async with database.connected() as superuser:
        for table in tables:
            await insert_row(superuser, table, mine)
            await insert_row(superuser, table, other)
    async with database.connected("app") as app:
        for table in tables:
            read = f"SELECT chain_id::text FROM {table}"
            assert await app.fetch(read) == [], table
            async with app.transaction():
                await app.execute("SELECT chassis.enter($1)", [mine])
                assert [row["chain_id"] for row in await app.fetch(read)] == [mine], table
            assert await app.fetch(read) == [], f"{table}: the chains outlived their transaction"


async def test_app_writes_into_its_chains_alone(database: Database) -> None:
    mine, other = new_id(), new_id()
    async with database.connected("app") as app:
        for table in ("chassis.sealed_keys", "public.clinic_codes"):
            for chain, allowed in ((mine, True), (other, False)):
                transaction = app.transaction()
                await transaction.start()
                await app.execute("SELECT chassis.enter($1)", [mine])
                write = app.execute(INSERTS[table], chain)
                if allowed:
                    await write
                else:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await write
                await transaction.rollback()


INSERTS = {
    "chassis.sealed_keys": "INSERT INTO chassis.sealed_keys"
    " VALUES ($1, gen_random_uuid(), gen_random_uuid(), 'x')",
    "public.clinic_codes": "INSERT INTO clinic_codes VALUES ($1, 'A', gen_random_uuid())",
}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chassis.journal SET actor = 'me'",
        "DELETE FROM chassis.journal",
        "TRUNCATE chassis.journal",
        "DELETE FROM chassis.audit",
        "UPDATE chassis.audit SET verdict = 'OK'",
        "UPDATE chassis.feed SET feed_no = 0",
        "DELETE FROM chassis.feed",
        "UPDATE chassis.sequencer SET feed_no = 0",
        "DELETE FROM public.clinic",
        "SET session_replication_role = replica",
        "DROP POLICY chains_of_the_call ON chassis.journal",
    ],
)
async def test_app_may_not(database: Database, statement: str) -> None:
    async with database.connected("app") as app:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(statement)


async def test_relay_and_clock_may_do_their_work_and_nothing_else(schema: Database) -> None:
    relay = {str(row["what"]) for row in await schema.rows(GRANTS, "relay")}
    assert relay == {
        "chassis.journal SELECT",
        "chassis.outbox SELECT",
        "chassis.outbox DELETE",
        "chassis.feed SELECT",
        "chassis.feed INSERT",
        "chassis.sequencer SELECT",
        "chassis.sequencer UPDATE",
        "chassis.relay SELECT",
        "chassis.relay INSERT",
        "chassis.relay UPDATE",
    }
    clock = {str(row["what"]) for row in await schema.rows(GRANTS, "clock")}
    timers = {f"chassis.timers.{name} SELECT" for name in DUE}
    assert clock == timers | {f"chassis.parked.{name} SELECT" for name in PARKED}


async def test_what_app_share_locks_it_sees(database: Database) -> None:
    chain = new_id()
    async with database.connected() as superuser:
        for document in ("chain", "clinic", "practitioner", "patient"):
            await insert_row(superuser, f"public.{document}", chain)
    async with database.connected("app") as app:
        for document in ("chain", "clinic", "practitioner", "patient"):
            key = await database.value(f"SELECT id::text FROM public.{document}")
            for held in (0, 1, 2):
                read = f"SELECT * FROM chassis.get_{document}($1::uuid[], $2::chassis.key[], $3)"
                rows = await app.fetch(read, [chain], [(0, chain, key, None)], held)
                assert [row["version"] for row in rows] == [1], (document, held)
