"""Rows of the reference data count from their first to their last day."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Protocol, TypeVar


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
