"""Time, ids and randomness, injected. A development clock can be moved, and only there."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol
from uuid import UUID

LOOK_NANOSECONDS = 1_000_000
CANONICAL = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, in UTC, to the microsecond."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(slots=True)
class DevelopmentClock:
    """The machine's clock plus an offset kept in a file that all services of a stack share."""

    path: Path
    _offset: timedelta = timedelta()
    _seen: int = -1
    _look_again: int = 0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        """Return the offset, read anew when the file has changed: looked at once a millisecond."""
        if (now := time.monotonic_ns()) < self._look_again:
            return self._offset
        self._look_again = now + LOOK_NANOSECONDS
        try:
            changed = os.stat(self.path).st_mtime_ns
        except FileNotFoundError:
            changed = -1
        if changed != self._seen:
            text = self.path.read_text() if changed >= 0 else "0"
            self._offset, self._seen = timedelta(seconds=float(text)), changed
        return self._offset

    def set(self, offset: timedelta) -> datetime:
        """Move the clock of every process of the stack to `offset` ahead of the machine's."""
        moved = self.path.with_suffix(f".{os.getpid()}")
        moved.write_text(str(offset.total_seconds()))
        moved.replace(self.path)
        self._look_again = 0
        return self.now()


@dataclass(frozen=True, slots=True)
class Ids:
    """Makes UUIDv7 ids (RFC 9562): sortable by birth, from an injected clock and randomness."""

    random_bytes: Callable[[int], bytes] = os.urandom
    milliseconds: Callable[[], int] = field(default=lambda: time.time_ns() // 1_000_000)

    def new(self) -> str:
        value = bytearray(self.milliseconds().to_bytes(6, "big") + self.random_bytes(10))
        value[6] = 0x70 | value[6] & 0x0F
        value[8] = 0x80 | value[8] & 0x3F
        return spelled(value.hex())


def canonical_id(text: str) -> str:
    """Return an id in the one spelling that stored ids have; raises ValueError for none."""
    return text if CANONICAL.fullmatch(text) else str(UUID(text))


def spelled(digits: str) -> str:
    """Return 32 hexadecimal digits as ids are written."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
