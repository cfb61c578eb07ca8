"""A PostgreSQL of our own: durable, on the loopback address, run by a user who is not root."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from deploy.local.accounts import Account, server_account
from deploy.local.binaries import postgres_programs
from deploy.local.guard import Guard, gone
from deploy.local.ports import HOST, Port
from deploy.local.processes import Program, Running, end_left_over
from deploy.local.secrets import kept_secrets, write_private

SUPERUSER = "superuser"
# The roles every service's database knows; what each may do is in the services' migrations.
ROLES = ("owner", "app", "relay", "clock")
COMMAND_SECONDS = 120
SETTINGS = {
    "listen_addresses": HOST,
    # A socket's path is at most 107 bytes, whatever the clone's path: there is none.
    "unix_socket_directories": "",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "300",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failed statement's text and the values in its detail may be a patient's: not in a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
CREATE_ROLE = """
SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', '{role}', '{password}')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') \\gexec
"""
CREATE_DATABASE = """
CREATE DATABASE "{name}" OWNER "owner" TEMPLATE "{template}";
REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;
GRANT CONNECT ON DATABASE "{name}" TO "app", "relay", "clock";
"""


class Failed(Exception):
    """A PostgreSQL program answered with an error."""


class Postgres:
    """One server in the folder `state`; `start` may follow `stop` or `kill`, on the same port."""

    def __init__(self, state: Path, guard: Guard) -> None:
        """Reserve a port; nothing is started yet."""
        self.folder = state / "postgres"
        self.data = self.folder / "data"
        self.port = guard.hold(Port())
        self._state, self._guard = state, guard
        self._secrets = kept_secrets(state)
        self._running: Running | None = None

    def url(self, role: str, database: str) -> str:
        """Return where `role` finds `database`."""
        return f"postgresql://{role}:{self._secrets[role]}@{self.port.address}/{database}"

    def start(self) -> None:
        """Start it and wait until it answers; make its files and roles the first time."""
        account = server_account(self.data)
        programs = postgres_programs(self._state, account)
        if not self.data.exists():
            self._initialise(programs, account)
        options = {**SETTINGS, "port": str(self.port.number)}
        arguments = [f"--{name}={value}" for name, value in options.items()]
        program = Program(
            name="postgres",
            command=(str(programs / "postgres"), "-D", str(self.data), *arguments),
            folder=self._state,
            account=account,
            environment=_environment(),
            # Fast: sessions are rolled back and ended; the default would wait for them.
            stop_signal=signal.SIGINT,
        )
        end_left_over(program)
        self._await_orphans()
        self._running = Running(program, self._guard)
        self._running.until(self._answers)
        self.run_sql("".join(map(self._create_role, ROLES)))

    def stop(self) -> None:
        """Shut it down in order."""
        if self._running is not None:
            self._running.stop()

    def stop_immediate(self) -> None:
        """Shut it down without a checkpoint, so that the next start recovers from its log."""
        if self._running is not None:
            self._running.stop(signal.SIGQUIT)

    def kill(self) -> None:
        """End the postmaster as `kill -9` does; its children end by themselves."""
        if self._running is not None:
            self._running.kill()

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.alive

    @property
    def pid(self) -> int | None:
        return self._running.pid if self._running is not None else None

    def create_database(self, name: str, template: str = "template1") -> None:
        """Create a database that the roles, and nobody else, may connect to."""
        self.run_sql(CREATE_DATABASE.format(name=name, template=template))

    def ensure_database(self, name: str) -> None:
        """Create the database unless it is there."""
        if self.run_sql(f"SELECT 1 FROM pg_database WHERE datname = '{name}'").strip() != "1":
            self.create_database(name)

    def drop_database(self, name: str) -> None:
        """Drop the database, ending the sessions in it."""
        self.run_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def run_sql(self, statements: str, database: str = "postgres") -> str:
        """Run `statements` as the superuser, each in its own transaction; return bare rows."""
        command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]
        options = ["--set=ON_ERROR_STOP=1", f"--dbname={self.url(SUPERUSER, database)}"]
        return self._tool([*command, *options], statements).stdout

    def _answers(self) -> bool:
        asked = ["pg_isready", "--quiet", "--host", HOST, "--port", str(self.port.number)]
        return self._tool(asked, check=False).returncode == 0

    def _tool(
        self, command: list[str], text: str = "", *, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        mine = Account(os.geteuid(), os.getegid())
        program = postgres_programs(self._state, mine) / command[0]
        done = subprocess.run(
            [str(program), *command[1:]],
            input=text,
            capture_output=True,
            text=True,
            env=_environment(),
            timeout=COMMAND_SECONDS,
        )
        if check and done.returncode:
            raise Failed(f"{command[0]}: {done.stderr.strip()}")
        return done

    def _create_role(self, role: str) -> str:
        return CREATE_ROLE.format(role=role, password=self._secrets[role])

    def _initialise(self, programs: Path, account: Account) -> None:
        """Make the files under another name first: a crash in the middle leaves no half server."""
        self.folder.mkdir(exist_ok=True)
        account.owns(self.folder)
        draft, password = self.folder / "data.new", self.folder / "password"
        shutil.rmtree(draft, ignore_errors=True)
        write_private(password, self._secrets[SUPERUSER])
        account.owns(password)
        options = ["--data-checksums", "--encoding=UTF8", "--auth=scram-sha-256"]
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        user = [f"--username={SUPERUSER}", f"--pwfile={password}", "--no-instructions"]
        done = subprocess.run(
            [str(programs / "initdb"), f"--pgdata={draft}", *options, *locale, *user],
            capture_output=True,
            text=True,
            cwd=self.folder,
            env=_environment(),
            timeout=COMMAND_SECONDS,
            user=None if account.is_self else account.uid,
            group=None if account.is_self else account.gid,
            extra_groups=None if account.is_self else [],
        )
        password.unlink()
        if done.returncode:
            raise Failed(f"initdb: {done.stderr.strip()}")
        draft.replace(self.data)

    def _await_orphans(self) -> None:
        """Clear the way for a server whose predecessor was killed.

        The children of a killed postmaster end by themselves within moments, and until then its
        memory is in use. Its lock file is void after that, but PostgreSQL would refuse to start if
        the id in it were by now another process of the same user.
        """
        left = [process for process in psutil.process_iter() if self._works_here(process)]
        gone(left, COMMAND_SECONDS)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _works_here(self, process: psutil.Process) -> bool:
        try:
            return process.name() == "postgres" and Path(process.cwd()) == self.data
        except (psutil.Error, OSError):
            return False


def _environment() -> dict[str, str]:
    """Return the little a PostgreSQL program needs; ours might hold PG* variables of its own."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
