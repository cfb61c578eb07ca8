"""Days: rows count from their first to their last, and what day it is depends on where."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

# Where a day begins first on earth, and where it ends last: UTC+14 and UTC-12.
FIRST_ZONE, LAST_ZONE = timedelta(hours=14), timedelta(hours=-12)


class Dated(Protocol):
    """A row with a first day, and a last one unless it does not end."""

    @property
    def effective_from(self) -> date: ...

    @property
    def effective_until(self) -> date | None: ...


RowT = TypeVar("RowT", bound=Dated)


def is_in_force(row: Dated, day: date) -> bool:
    """Tell whether `row` counts on `day`; both its ends are included."""
    return row.effective_from <= day and (row.effective_until is None or day <= row.effective_until)


def rows_of(day: date, rows: Iterable[RowT]) -> tuple[RowT, ...]:
    """Return those of `rows` that count on `day`."""
    return tuple(row for row in rows if is_in_force(row, day))


def aged_on(measured_on: date, valid_days: int) -> date:
    """Return the first day on which a measure counts no more: it is older than `valid_days`."""
    return measured_on + timedelta(days=valid_days + 1)


def turning_days(rows: Iterable[Dated]) -> Sequence[date]:
    """Return the days from which on other rows count than the day before."""
    days = set[date]()
    for row in rows:
        days.add(row.effective_from)
        if row.effective_until is not None and row.effective_until < date.max:
            days.add(row.effective_until + timedelta(days=1))
    return sorted(days)


def day_in(time_zone: str, at: datetime) -> date:
    """Return the day that `at` is in a clinic: what a calendar on its wall would show."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def begun_by(day: date) -> date:
    """Return the last day that begins anywhere on earth before `day` is over in UTC.

    What is recorded may be of that day: where it is morning already, it was measured today.
    """
    return day + timedelta(days=1)


def last_day_over(at: datetime) -> date:
    """Return the last day that is over everywhere on earth."""
    return (at + LAST_ZONE).date() - timedelta(days=1)
