"""Many callers in one flush: none waits for nothing, and none is answered for another."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import pytest

from services.chassis.handling import Invocation, StoreUnavailable
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.group import Group, one_per_document
from services.chassis.postgres.writing import Guard, Write
from services.consult.handlers.directory import CLINIC
from tests.support.clocks import StoppedClock
from tests.support.eventually import eventually


@dataclass
class Flushes:
    """Flushes that wait until they are let go."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[list[int]] = field(default_factory=list)

    async def __call__(self, items: Sequence[int]) -> list[int | BaseException]:
        self.seen.append(list(items))
        await self.go.wait()
        return [ValueError(str(item)) if item < 0 else 2 * item for item in items]


async def test_what_comes_while_a_flush_runs_goes_together_next() -> None:
    flushes = Flushes()
    group: Group[int, int] = Group(flushes)
    waiting = [asyncio.create_task(group.submit(n)) for n in range(6)]
    await eventually(lambda: flushes.seen)
    flushes.go.set()
    assert await asyncio.gather(*waiting) == [0, 2, 4, 6, 8, 10]
    assert list(chain.from_iterable(flushes.seen)) == list(range(6))
    assert len(flushes.seen) <= 2


async def test_a_caller_who_gives_up_does_not_cancel_its_group() -> None:
    flushes = Flushes()
    group: Group[int, int] = Group(flushes)
    one, other = (asyncio.create_task(group.submit(n)) for n in (1, 2))
    await eventually(lambda: flushes.seen)
    one.cancel()
    flushes.go.set()
    assert await other == 4
    with pytest.raises(asyncio.CancelledError):
        await one
    assert list(chain.from_iterable(flushes.seen)) == [1, 2]


async def test_one_that_fails_fails_alone() -> None:
    flushes = Flushes()
    flushes.go.set()
    group: Group[int, int] = Group(flushes)
    told = await asyncio.gather(*[group.submit(n) for n in (1, -1, 2)], return_exceptions=True)
    assert (told[0], str(told[1]), told[2]) == (2, "-1", 4)


async def test_a_flush_that_is_cut_off_is_an_unknown_outcome() -> None:
    async def cut(items: Sequence[int]) -> list[int | BaseException]:
        raise asyncio.CancelledError

    with pytest.raises(StoreUnavailable):
        await Group(cut).submit(1)


def write(key: str, request_id: str | None, of: str = "c", read: str = "") -> Write:
    call = Invocation(chain_id=of, actor="me", at=StoppedClock().now(), request_id=request_id)
    guards = (Guard("chain", of, read, 1),) if read else ()
    return Write(Slot(CLINIC, of, key), call, b"", guards)


def test_one_document_or_request_is_once_in_a_statement() -> None:
    first, again = write("a", "1"), write("a", "2")
    same_request, elsewhere = write("b", "1"), write("a", "1", of="d")
    unasked, other = write("c", None), write("d", None)
    writes = [first, again, same_request, elsewhere, unasked, other]
    assert one_per_document(writes) == ([first, elsewhere, unasked, other], [again, same_request])


def test_a_reader_and_a_writer_of_one_document_are_not_in_one_statement() -> None:
    """Each would be judged by the other's state before: neither would see what the other did."""
    reader, written = write("a", None, read="b"), write("b", None)
    assert one_per_document([reader, written]) == ([reader], [written])
    assert one_per_document([written, reader]) == ([written], [reader])
    crossed = write("b", None, read="a")
    assert one_per_document([reader, crossed]) == ([reader], [crossed])
    same, elsewhere = write("c", None, read="b"), write("b", None, of="d")
    assert one_per_document([reader, same, elsewhere]) == ([reader, same, elsewhere], [])


def test_order_on_one_document_is_kept_over_statements() -> None:
    writes = [write("a", str(n)) for n in range(4)]
    order: list[Write] = []
    rest = writes
    while rest:
        now, rest = one_per_document(rest)
        order += now
    assert order == writes
