"""The schedules: when sessions take place, how far they may stray, and how near they may come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from services.consult.domain.dating import is_in_force, rows_of
from services.consult.domain.plan.model import Protocol, SessionWindow

DAYS_PER_WEEK = 7


class ProtocolPhase(Enum):
    """What a schedule is for."""

    INDUCTION = "INDUCTION"
    MAINTENANCE = "MAINTENANCE"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a session may stray whose distance to the one before is at least `interval_days`."""

    interval_days: int
    version: str
    tolerance_days: int
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class SessionFloor:
    """How many days lie between two sessions at least, whatever a window allows."""

    floor_days: int
    version: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """A published schedule: its weeks from the first session."""

    protocol_code: str
    version: str
    display_name: str
    offset_weeks: tuple[int, ...]
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str
    phase: ProtocolPhase = ProtocolPhase.INDUCTION
    # Of a maintenance schedule: how many weeks after the session before.
    interval_weeks: int = 0


@dataclass(frozen=True, slots=True)
class Schedules:
    """Every schedule, and what they have in common."""

    version: str
    signed_by_code: str
    floors: tuple[SessionFloor, ...]
    tolerances: tuple[Tolerance, ...]
    schedules: tuple[Schedule, ...]

    def on(self, day: date) -> "Schedules":
        """Return the schedules, tolerances and floors of `day`."""
        return replace(
            self,
            schedules=rows_of(day, self.schedules),
            tolerances=rows_of(day, self.tolerances),
            floors=rows_of(day, self.floors),
        )

    @property
    def floor_days(self) -> int:
        """Return the days between two sessions; 0 is that no row says it: then none is planned."""
        return max((row.floor_days for row in self.floors), default=0)

    def schedule(self, protocol_code: str, day: date) -> Schedule | None:
        """Return the schedule of that code that is in force on `day`."""
        rows = (row for row in self.schedules if row.protocol_code == protocol_code)
        return next((row for row in rows if is_in_force(row, day)), None)

    def in_force(self, day: date) -> Sequence[Schedule]:
        """Return the schedules in force on `day`, by code."""
        return sorted(rows_of(day, self.schedules), key=lambda row: row.protocol_code)

    def protocol(self, schedule: Schedule) -> Protocol:
        """Return `schedule` as windows in days."""
        return Protocol(
            protocol_code=schedule.protocol_code,
            version=schedule.version,
            windows=tuple(self._windows(schedule.offset_weeks)),
            floor_days=self.floor_days,
        )

    def _windows(self, offset_weeks: Sequence[int]) -> Iterator[SessionWindow]:
        before = 0
        for number, weeks in enumerate(offset_weeks, start=1):
            ideal = weeks * DAYS_PER_WEEK
            stray = self.tolerance_after(ideal - before)
            yield SessionWindow(number, ideal - stray, ideal, ideal + stray)
            before = ideal

    def tolerance_after(self, interval_days: int) -> int:
        """Return how many days a session may stray that comes so long after the one before."""
        fitting = [t for t in self.tolerances if t.interval_days <= interval_days]
        return max((t.tolerance_days for t in fitting), default=0)
