"""The sessions of a plan: a template's, or what a physician makes of it, then its maintenance.

DOMAIN 2.2: the templates and the floor between two sessions; maintenance goes on with one session
per interval after the last of the induction.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from services.chassis.kernel import Violation
from services.consult.domain.formulary.schedules import (
    DAYS_PER_WEEK,
    ProtocolPhase,
    Schedule,
    Schedules,
)
from services.consult.domain.plan.errors import ProtocolNotFound, ScheduleInvalid
from services.consult.domain.plan.model import Protocol, ScheduleDeviationReason

DAYS_12_MONTHS = 365
DAYS_24_MONTHS = 730


@dataclass(frozen=True, slots=True)
class ScheduleWish:
    """What is asked for; `performed` sessions of it were performed elsewhere already."""

    protocol_code: str
    maintenance_protocol_code: str = ""
    maintenance_sessions: int = 0
    offset_weeks: tuple[int, ...] = ()
    deviation_reason: ScheduleDeviationReason | None = None
    performed: int = 0


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The sessions as they are planned, and how many there are to be within 12 and 24 months."""

    protocol: Protocol
    induction_sessions: int
    maintenance_protocol_code: str
    maintenance_version: str
    deviation_reason: ScheduleDeviationReason | None
    sessions_12_months: int
    sessions_24_months: int


def laid_out(schedules: Schedules, wish: ScheduleWish, day: date) -> LaidOut:
    """Return the sessions of `wish` on the schedules of `day`, or refuse what they do not allow."""
    template = found(schedules, wish.protocol_code, day, ProtocolPhase.INDUCTION)
    maintenance = wanted_maintenance(schedules, wish, day)
    induction = wish.offset_weeks or template.offset_weeks
    left = induction != template.offset_weeks
    if not schedules.floor_days:
        raise refused("FLOOR", wish.protocol_code, "no floor between two sessions is in force")
    refuse_gaps(induction, schedules.floor_days)
    if left and wish.deviation_reason is None:
        raise refused("DEVIATION_REASON", wish.protocol_code, "leaves its template for no reason")
    interval = maintenance.interval_weeks if maintenance else 0
    weeks = remaining(
        (*induction, *spaced_out(induction[-1], interval, wish.maintenance_sessions)),
        wish.performed,
    )
    return LaidOut(
        protocol=schedules.protocol(replace(template, offset_weeks=weeks)),
        induction_sessions=max(0, len(induction) - wish.performed),
        maintenance_protocol_code=maintenance.protocol_code if maintenance else "",
        maintenance_version=maintenance.version if maintenance else "",
        deviation_reason=wish.deviation_reason if left else None,
        sessions_12_months=sessions_within(weeks, interval, DAYS_12_MONTHS),
        sessions_24_months=sessions_within(weeks, interval, DAYS_24_MONTHS),
    )


def found(schedules: Schedules, protocol_code: str, day: date, phase: ProtocolPhase) -> Schedule:
    """Return the schedule in force of that code, or refuse one of another phase."""
    schedule = schedules.schedule(protocol_code, day)
    if schedule is None:
        raise ProtocolNotFound(protocol_code=protocol_code)
    if schedule.phase is not phase:
        said = f"is a schedule of the phase {schedule.phase.value}, not {phase.value}"
        raise refused("PROTOCOL", protocol_code, said)
    return schedule


def wanted_maintenance(schedules: Schedules, wish: ScheduleWish, day: date) -> Schedule | None:
    """Return the schedule of the maintenance; None where none is wanted."""
    code = wish.maintenance_protocol_code
    if bool(code) != bool(wish.maintenance_sessions):
        said = f"{wish.maintenance_sessions} sessions of protocol {code or 'none'}"
        raise refused("MAINTENANCE", code, said)
    return found(schedules, code, day, ProtocolPhase.MAINTENANCE) if code else None


def refuse_gaps(offset_weeks: Sequence[int], floor_days: int) -> None:
    """Refuse weeks that do not begin with the first session, or come closer than the floor."""
    if offset_weeks[0]:
        raise refused("SESSION", "1", f"is in week {offset_weeks[0]}, not in week 0")
    for number, (before, weeks) in enumerate(pairwise(offset_weeks), start=2):
        gap = (weeks - before) * DAYS_PER_WEEK
        if gap < floor_days:
            said = f"comes {gap} days after the one before, not {floor_days} or more"
            raise refused("SESSION", str(number), said)


def spaced_out(last_week: int, interval_weeks: int, sessions: int) -> Iterator[int]:
    """Yield the weeks of the maintenance that follows `last_week`."""
    for number in range(1, sessions + 1):
        yield last_week + number * interval_weeks


def remaining(offset_weeks: Sequence[int], performed: int) -> tuple[int, ...]:
    """Return the weeks of what is left, counted from the first session of it."""
    left = offset_weeks[performed:]
    if not left:
        said = f"{performed} of {len(offset_weeks)} sessions are performed: nothing is left"
        raise refused("SESSIONS_PERFORMED", str(performed), said)
    return tuple(weeks - left[0] for weeks in left)


def sessions_within(offset_weeks: Sequence[int], interval_weeks: int, days: int) -> int:
    """Return the sessions before day `days`; maintenance goes on, where there is any, without end.

    An interval of no weeks says that there is none.
    """
    planned = sum(weeks * DAYS_PER_WEEK < days for weeks in offset_weeks)
    if not interval_weeks or planned < len(offset_weeks):
        return planned
    to_come = days - 1 - offset_weeks[-1] * DAYS_PER_WEEK
    return planned + to_come // (interval_weeks * DAYS_PER_WEEK)


def resumes_on(
    schedules: Schedules, wish: ScheduleWish, day: date, last_performed_on: date
) -> date:
    """Return the first day for the rest of a course that was begun elsewhere."""
    after_last = laid_out(schedules, replace(wish, performed=wish.performed - 1), day).protocol
    wait = max(after_last.floor_days, after_last.windows[1].earliest_days)
    return last_performed_on + timedelta(days=wait)


def refused(kind: str, subject: str, description: str) -> ScheduleInvalid:
    """Return the refusal with what is wrong."""
    return ScheduleInvalid(violations=[Violation(kind, subject, description)])
