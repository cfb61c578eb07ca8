"""One PostgreSQL and one nats-server for a whole test session."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import nats

from deploy.local.issuer import Issuer
from deploy.local.nats import Nats
from deploy.local.postgres import Postgres
from deploy.local.stack import Stack, fresh_stack
from tests.support.databases import Databases


@dataclass(frozen=True)
class Servers:
    """The real servers of a test session, with an issuer that services trust."""

    stack: Stack
    databases: Databases

    @property
    def postgres(self) -> Postgres:
        return self.stack.postgres

    @property
    def nats(self) -> Nats:
        return self.stack.nats

    @property
    def issuer(self) -> Issuer:
        return self.stack.issuer


@contextmanager
def started_servers() -> Iterator[Servers]:
    """Start both servers with nothing in them; nothing of them stays."""
    with fresh_stack() as stack:
        stack.start_servers()
        yield Servers(stack, Databases(stack.postgres))


async def empty_broker(servers: Servers) -> None:
    """Remove every stream: streams are named after services, so tests would meet in them."""
    client = await nats.connect(servers.nats.url)
    try:
        stream = client.jetstream()
        for found in await stream.streams_info():
            assert found.config.name is not None
            with suppress(nats.js.errors.NotFoundError):
                await stream.delete_stream(found.config.name)
    finally:
        await client.close()


def emptied(servers: Servers) -> None:
    """Do so from code that is not asynchronous."""
    asyncio.run(empty_broker(servers))
