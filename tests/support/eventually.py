"""Waiting for a condition: asked again and again, for a bounded time, never by a blind sleep."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

FoundT = TypeVar("FoundT")
PAUSE_SECONDS = 0.02


async def eventually(
    condition: Callable[[], FoundT | Awaitable[FoundT]], *, seconds: float = 15.0
) -> FoundT:
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
