"""Commands of many callers in one statement: a lone caller takes the same path, alone."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import asyncpg

from services.chassis.handling import StoreUnavailable
from services.chassis.postgres.pool import Pool, acquired
from services.chassis.postgres.writing import UNHELD, Write, read_statement, store_writes
from services.chassis.signals import pause_after

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")
GROUP_MOST = 128
PAUSE_MOST = 0.004


@dataclass(slots=True)
class Group(Generic[ItemT, ResultT]):
    """Collects what callers submit while a flush runs, and flushes it together next.

    A caller who gives up never cancels its group: its item goes on, its result is dropped.
    One flush runs at a time, and not at once after a large one: two together, or one right behind
    the other, made groups half as large and cost more than they gained.
    """

    flush: Callable[[Sequence[ItemT]], Awaitable[Sequence[ResultT | BaseException]]]
    most: int = GROUP_MOST
    _waiting: list[tuple[ItemT, asyncio.Future[ResultT]]] = field(default_factory=list)
    _running: asyncio.Task[None] | None = None
    _not_before: float = 0.0

    async def submit(self, item: ItemT) -> ResultT:
        future: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        self._start()
        return await future

    def _start(self) -> None:
        if self._waiting and self._running is None:
            self._running = asyncio.create_task(self._run())
            self._running.add_done_callback(self._done)

    def _done(self, _: asyncio.Task[None]) -> None:
        self._running = None
        self._start()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._not_before - loop.time()))
        batch, self._waiting = self._waiting[: self.most], self._waiting[self.most :]
        await self._answer(batch)
        self._not_before = loop.time() + pause_after(len(batch), most=PAUSE_MOST)

    async def _answer(self, batch: list[tuple[ItemT, asyncio.Future[ResultT]]]) -> None:
        results: Sequence[ResultT | BaseException]
        try:
            results = await self.flush([item for item, _ in batch])
        except BaseException as error:
            results = [error] * len(batch)
            if isinstance(error, asyncio.CancelledError):
                results = [StoreUnavailable()] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            if future.done():
                continue
            if isinstance(result, BaseException):
                future.set_exception(result)
            else:
                future.set_result(result)


@dataclass(frozen=True, slots=True)
class Flusher:
    """Stores a group in one statement; what clashes is taken out and run alone."""

    pool: Pool

    async def __call__(self, writes: Sequence[Write]) -> list[bool | BaseException]:
        first, rest = one_per_document(writes)
        results = await self._together(first)
        if rest:
            results |= dict(zip(map(id, rest), await self(rest), strict=True))
        return [results[id(write)] for write in writes]

    async def _together(self, writes: Sequence[Write]) -> dict[int, bool | BaseException]:
        try:
            async with acquired(self.pool) as connection:
                done = await store_writes(connection, writes)
        except (asyncpg.PostgresError, ValueError) as error:
            if len(writes) == 1:
                return {id(writes[0]): error}
            alone: dict[int, bool | BaseException] = {}
            for write in writes:
                alone |= await self._together([write])
            return alone
        return {id(write): n in done for n, write in enumerate(writes)}


def one_per_document(writes: Sequence[Write]) -> tuple[list[Write], list[Write]]:
    """Split off what must see the others' changes first.

    That is what would change a document, or answer a request, twice in one statement; and what
    has read a document that another changes, for neither would see the other's.
    """
    first: list[Write] = []
    rest: list[Write] = []
    changed: set[tuple[str, ...]] = set()
    read: set[tuple[str, ...]] = set()
    for write in writes:
        own: set[tuple[str, ...]] = {(write.slot.chain_id, write.slot.key)}
        if write.call.request_id is not None:
            own.add((write.call.chain_id, "request", write.call.request_id))
        reads: set[tuple[str, ...]] = {(guard.chain_id, guard.key) for guard in write.guards}
        clashes = own & (changed | read) or reads & changed
        (rest if clashes else first).append(write)
        changed |= own
        read |= reads
    return first, rest


LoadKey = tuple[str, str, str, str | None]
LoadedRow = asyncpg.Record


@dataclass(slots=True)
class Loads:
    """Reads documents and earlier answers of many callers in one statement."""

    pool: Pool
    _group: Group[LoadKey, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._group = Group(self.together)

    async def load(self, key: LoadKey) -> LoadedRow:
        """Read (document, chain, id, request id): version, head, state, and the answer if any."""
        row: LoadedRow = await self._group.submit(key)
        return row

    async def together(self, keys: Sequence[LoadKey]) -> list[LoadedRow]:
        """Read all of `keys` in one statement."""
        # Sorted: every order would be another statement to prepare and to keep.
        documents: dict[str, list[tuple[object, ...]]] = {
            name: [] for name in sorted({k[0] for k in keys})
        }
        for n, (document, *key) in enumerate(keys):
            documents[document].append((n, *key))
        async with acquired(self.pool) as connection:
            rows = await connection.fetch(
                read_statement(tuple(documents)),
                list({chain_id for _, chain_id, _, _ in keys}),
                UNHELD,
                *documents.values(),
            )
        by_number = {row["n"]: row for row in rows}
        return [by_number[n] for n in range(len(keys))]
