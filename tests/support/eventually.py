"""Waiting for a condition: asked again and again, for a bounded time, never by a blind sleep."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

FoundT = TypeVar("FoundT")
PAUSE_SECONDS = 0.02


@overload
async def eventually(
    condition: Callable[[], Awaitable[FoundT | None]], *, seconds: float = 15.0
) -> FoundT: ...


@overload
async def eventually(
    condition: Callable[[], FoundT | None], *, seconds: float = 15.0
) -> FoundT: ...


async def eventually(condition: Callable[[], Any], *, seconds: float = 15.0) -> Any:
    """Return what `condition` says as soon as it is truthy; fail with the last answer otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s; the last answer was {found!r}")
        await asyncio.sleep(PAUSE_SECONDS)
