"""The embedded PostgreSQL and nats-server: durable, closed to strangers, started again in place."""

import json
import urllib.request
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest

from deploy.local.stack import Stack, fresh_stack


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
    ],
)
def test_postgres_is_durable_and_local(servers: Stack, setting: str, value: str) -> None:
    assert servers.postgres.run_sql(f"SHOW {setting}").strip() == value


def test_postgres_does_not_run_as_root(servers: Stack) -> None:
    assert psutil.Process(servers.postgres.pid).uids().real != 0


async def test_a_role_needs_its_password(servers: Stack) -> None:
    url = servers.postgres.url("app", "postgres")
    stranger = url.replace(url.split(":")[2].split("@")[0], "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(stranger)


async def test_only_the_owner_may_make_tables_and_strangers_may_not_connect(servers: Stack) -> None:
    servers.postgres.create_database("rights")
    owner = await asyncpg.connect(servers.postgres.url("owner", "rights"))
    await owner.execute("CREATE TABLE kept (id int)")
    await owner.close()
    app = await asyncpg.connect(servers.postgres.url("app", "rights"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute("CREATE TABLE other (id int)")
    await app.close()
    granted = servers.postgres.run_sql("SELECT has_database_privilege('public','rights','CONNECT')")
    assert granted.strip() == "f"


def test_no_role_of_a_service_passes_row_level_security(servers: Stack) -> None:
    asked = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND (rolsuper OR rolbypassrls)"
    assert servers.postgres.run_sql(asked).split() == ["superuser"]


def test_a_database_made_from_a_template_has_its_tables(servers: Stack) -> None:
    servers.postgres.create_database("pattern")
    servers.postgres.run_sql("CREATE TABLE kept (id int)", "pattern")
    servers.postgres.create_database("copied", template="pattern")
    assert servers.postgres.run_sql("SELECT count(*) FROM kept", "copied").strip() == "0"
    servers.postgres.drop_database("copied")


@pytest.mark.parametrize("end", ["kill", "stop_immediate", "stop"])
def test_postgres_comes_back_on_its_port_with_what_was_committed(servers: Stack, end: str) -> None:
    servers.postgres.run_sql(f"CREATE TABLE before_{end} (id int)")
    port = servers.postgres.port.number
    getattr(servers.postgres, end)()
    assert not servers.postgres.alive
    servers.postgres.start()
    assert servers.postgres.port.number == port
    assert servers.postgres.run_sql(f"SELECT count(*) FROM before_{end}").strip() == "0"


async def test_nats_keeps_what_it_acknowledged_until_it_is_wiped(servers: Stack) -> None:
    broker = await nats.connect(servers.nats.url)
    await broker.jetstream().add_stream(name="KEPT", subjects=["kept"])
    await broker.jetstream().publish("kept", b"1")
    await broker.close()

    servers.nats.kill()
    servers.nats.start()
    broker = await nats.connect(servers.nats.url)
    assert (await broker.jetstream().stream_info("KEPT")).state.messages == 1
    await broker.close()

    servers.nats.stop()
    servers.nats.wipe()
    servers.nats.start()
    broker = await nats.connect(servers.nats.url)
    assert await broker.jetstream().streams_info() == []
    await broker.close()


def test_nats_syncs_before_it_acknowledges(servers: Stack) -> None:
    with urllib.request.urlopen(f"http://{servers.nats.monitor.address}/varz") as answer:
        asked = json.load(answer)
    assert asked["jetstream"]["config"]["sync_always"] is True
    assert asked["max_payload"] == 1024**2
    assert asked["host"] == asked["http_host"] == "127.0.0.1"
    assert asked["auth_required"] is True


def test_nothing_is_left_afterwards() -> None:
    with fresh_stack() as stack:
        stack.start_servers()
        folder, pids = stack.folder, (stack.postgres.pid, stack.nats.pid)
    assert not folder.exists()
    assert not any(psutil.pid_exists(pid) for pid in pids if pid is not None)


def test_secrets_are_ours_alone(servers: Stack) -> None:
    private = [servers.folder / "secrets.json", servers.folder / "nats" / "nats.conf"]
    private += sorted(Path(servers.folder, "issuer").glob("*"))
    assert {path.stat().st_mode & 0o777 for path in private} == {0o600}
