"""Brings one service's database to its newest schema, all or nothing, under a lock.

Revisions are plain SQL files, `NNNN_what.sql`: the chassis's first, then the service's. A
merged file is never edited: its text is kept, and a difference stops the start. Why not a
library: docs/adr/0004.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

import asyncpg

from services.chassis.postgres.queries import load_queries

LOCK = 7_230_771
SQL = load_queries("services.chassis.postgres", "migrate.sql")


class RevisionChanged(Exception):
    """A revision that was applied has been edited since; add a new one instead."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One SQL file, named by where it comes from."""

    name: str
    text: str


def revisions(service: str) -> Iterator[Revision]:
    """Yield the chassis's revisions, then the service's, each in order of number."""
    for origin, package in (
        ("chassis", "services.chassis.postgres"),
        (service, f"services.{service}.store"),
    ):
        folder: Traversable = resources.files(package).joinpath("migrations")
        for file in sorted(folder.iterdir(), key=lambda f: f.name):
            if file.name.endswith(".sql"):
                yield Revision(f"{origin}/{file.name}", file.read_text())


async def migrate(owner_url: str, service: str) -> list[str]:
    """Apply what is missing, all in one transaction; return the names applied."""
    connection = await asyncpg.connect(owner_url, timeout=10)
    try:
        async with connection.transaction():
            await connection.execute(SQL.lock, LOCK)
            await connection.execute(SQL.create)
            kept = {r["name"]: r["text"] for r in await connection.fetch(SQL.applied)}
            applied: list[str] = []
            for revision in revisions(service):
                if revision.name not in kept:
                    await connection.execute(revision.text)
                    await connection.execute(SQL.record, revision.name, revision.text)
                    applied.append(revision.name)
                elif kept[revision.name] != revision.text:
                    raise RevisionChanged(revision.name)
            return applied
    finally:
        await connection.close()
