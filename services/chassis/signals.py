"""A wake-up that many may wait for, with a slow fallback so that a lost one costs little."""

import asyncio
from dataclasses import dataclass, field


@dataclass(slots=True)
class Signal:
    """Set by whoever made work; every waiter that was waiting wakes."""

    _event: asyncio.Event = field(default_factory=asyncio.Event)

    def set(self) -> None:
        event, self._event = self._event, asyncio.Event()
        event.set()

    def mark(self) -> asyncio.Event:
        """Return what the next `set` will set: take it before looking for work."""
        return self._event


async def woken(mark: asyncio.Event, seconds: float) -> bool:
    """Wait for `mark`, at most `seconds`; tell whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await mark.wait()
    except TimeoutError:
        return False
    return True


def pause_after(together: int, *, least: float = 0.0, most: float) -> float:
    """Return seconds to let more come together: a millisecond for each that did so last.

    A lone caller waits for nobody, and the busier it is the more is done at once: what a step
    costs by itself, whatever it carries, is most of what it costs.
    """
    return min(max(together / 1000, least), most)
