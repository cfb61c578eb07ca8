"""A database of its own for every test, copied from one that was migrated once."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import asyncpg

from deploy.local.postgres import Postgres
from services.chassis.postgres.migrate import migrate

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass
class Databases:
    """The databases of one test session on one server."""

    postgres: Postgres
    _templates: set[str] = field(default_factory=set)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def template(self, service: str) -> str:
        """Return the migrated template of `service`, made at first need."""
        return asyncio.run(self.migrated(service))

    async def migrated(self, service: str) -> str:
        """Return the same, to a caller inside an event loop."""
        name = f"template_{service}"
        if service not in self._templates:
            self.postgres.create_database(name)
            await migrate(self.postgres.url("owner", name), service)
            self._templates.add(service)
        return name

    def create(self, template: str) -> "Database":
        """Return a copy of `template`."""
        name = f"test_{next(self._numbers)}"
        self.postgres.create_database(name, template)
        return Database(self.postgres, name)

    def drop(self, database: "Database") -> None:
        self.postgres.drop_database(database.name)


@dataclass(frozen=True)
class Database:
    """One database; the superuser sees every chain."""

    postgres: Postgres
    name: str

    def url(self, role: str) -> str:
        return self.postgres.url(role, self.name)

    @asynccontextmanager
    async def connected(self, role: str = "superuser") -> AsyncIterator[Connection]:
        """Lend a connection of `role`."""
        connection: Connection = await asyncpg.connect(self.url(role))
        try:
            yield connection
        finally:
            await connection.close()

    async def rows(self, statement: str, *arguments: object) -> list[asyncpg.Record]:
        """Return what the superuser reads."""
        async with self.connected() as connection:
            found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return found

    async def value(self, statement: str, *arguments: object) -> object:
        """Return the first column of the first row that the superuser reads."""
        async with self.connected() as connection:
            found: object = await connection.fetchval(statement, *arguments)
        return found

    async def execute(self, statement: str, *arguments: object) -> None:
        """Do something as the superuser."""
        async with self.connected() as connection:
            await connection.execute(statement, *arguments)
