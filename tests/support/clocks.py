"""A clock that a test moves ahead."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class ShiftedClock:
    """The machine's time plus what the test has moved it by."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def advance(self, **by: float) -> None:
        """Move ahead by what `timedelta` understands: `days=3`."""
        self.ahead += timedelta(**by)


@dataclass(slots=True)
class StoppedClock:
    """Always the same time, until it is set."""

    at: datetime = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at
