"""Kills that hit where it hurts: a service is held at a statement, killed there, started again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import asyncpg

from deploy.demo.client import NotSeen
from deploy.demo.treatment import Step, Treatment
from deploy.local.stack import Stack
from tests.support.eventually import eventually

Act = Callable[[], Awaitable[None]]
Fault = Callable[[Act], Awaitable[None]]
# Where a service stands when it writes to a table.
IN_A_COMMAND = "chassis.journal"
BEFORE_THE_FEED = "chassis.feed"
PUBLISHED = "chassis.relay"
ANSWERING_AN_EVENT = "chassis.inbox"
HELD = "LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE"
WAITING = """
SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND l.relation = $1::regclass AND NOT l.granted
"""
# Steps that only wait: they may be taken again when an effect is late.
WAITS = {
    "quote received",
    "invoice received",
    "course scheduled",
    "credit posted, revenue recognised",
    "case opened, exposure linked",
}


@asynccontextmanager
async def held(stack: Stack, service: str, table: str) -> AsyncIterator[Act]:
    """Let `service` write nothing to `table`; what is given waits until it tries to."""
    connection = await asyncpg.connect(stack.postgres.url("superuser", service))
    try:
        async with connection.transaction():
            await connection.execute(HELD.format(table=table))

            async def reached() -> None:
                await eventually(lambda: connection.fetchval(WAITING, table))

            yield reached
    finally:
        await connection.close()


async def killed_at(stack: Stack, places: Mapping[str, str], act: Act) -> None:
    """Kill services (each under the table it is held at) while `act` goes on; start them again."""
    async with AsyncExitStack() as holds:
        reached = [await holds.enter_async_context(held(stack, *each)) for each in places.items()]
        acting = asyncio.ensure_future(act())
        for arrived in reached:
            await arrived()
        for service in places:
            stack.services[service].kill()
    await started(stack, *places)
    await acting


def at(stack: Stack, **places: str) -> Fault:
    """Return the fault that kills services while each writes to a table."""
    return partial(killed_at, stack, places)


async def started(stack: Stack, *services: str) -> None:
    """Start services again and wait until they serve."""
    await asyncio.to_thread(stack.start_services, *services)


async def take_through(
    treatment: Treatment, steps: Sequence[Step], faults: Mapping[str, Fault] | None = None
) -> None:
    """Take steps, some with a fault around them. Nothing may be refused."""
    unused = set(faults or {})
    for step in (each for each in steps if each.asked(treatment)):
        act = partial(_taken, treatment, step)
        unused.discard(step.name)
        if faults and step.name in faults:
            await faults[step.name](act)
        else:
            await act()
        treatment.done.append(step.name)
    assert not unused


async def _taken(treatment: Treatment, step: Step) -> None:
    try:
        await step.act(treatment)
    except NotSeen:
        if step.name not in WAITS:
            raise
        await step.act(treatment)
