"""How a measure moves over the weeks, of one plan and over many, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import ceil, floor, sqrt
from statistics import NormalDist, mean, stdev

from services.consult.domain.response.model import (
    Measure,
    NotedOutcome,
    Outcome,
    ResponsePoint,
)

# What is assessed against the picture of the baseline is a change already (DOMAIN 5, R108).
COMPARATIVE = {Measure.GLOBAL_PHOTOGRAPHIC_ASSESSMENT, Measure.PATIENT_GLOBAL_ASSESSMENT}
BASELINE_WEEK = 0
CONFIDENCE = 0.95
Z_975 = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
# Two-sided 95 % points of Student's t with 1 to 30 degrees of freedom.
# fmt: off
T_975 = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281,
    2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860,
    2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
)
# fmt: on


def of_measure(noted: Iterable[NotedOutcome], measure: Measure) -> dict[int, int]:
    """Return the value of each week; of two of one week the one noted later."""
    return {
        each.outcome.week: each.outcome.value_thousandths
        for each in noted
        if each.outcome.measure is measure
    }


def baseline(noted: Iterable[NotedOutcome], measure: Measure) -> int | None:
    """Return the value before the first session."""
    return of_measure(noted, measure).get(BASELINE_WEEK)


def change(outcome: Outcome, before: int | None) -> int | None:
    """Return how far `outcome` is from the baseline; None where there is none."""
    if outcome.measure in COMPARATIVE:
        return outcome.value_thousandths
    if before is None or outcome.week == BASELINE_WEEK:
        return None
    return outcome.value_thousandths - before


def curve(
    noted: Sequence[NotedOutcome], measure: Measure, repeatability: int | None
) -> tuple[ResponsePoint, ...]:
    """Return a plan's own curve; its interval needs the chain's SD of repeated measurements."""
    before = baseline(noted, measure)
    points = []
    for week, value in sorted(of_measure(noted, measure).items()):
        moved = change(Outcome(measure, value, week), before)
        low, high = repeated(moved, measure, repeatability)
        points.append(ResponsePoint(week, value, moved, low, high, 1))
    return tuple(points)


def repeated(
    moved: int | None, measure: Measure, repeatability: int | None
) -> tuple[int, int] | tuple[None, None]:
    """Return 95 % of a change: a difference of two values strays by the root of two more."""
    if moved is None or repeatability is None:
        return None, None
    values = 1 if measure in COMPARATIVE else 2
    half = Z_975 * sqrt(values) * repeatability
    # Outward, so that the interval is never smaller than it says.
    return floor(moved - half), ceil(moved + half)


def pooled(plans: Sequence[Sequence[NotedOutcome]], measure: Measure) -> tuple[ResponsePoint, ...]:
    """Return the curve over many plans: per week the mean, and its 95 % by Student's t.

    Where any of a week's plans has a baseline, only those that have one count.
    """
    weeks: dict[int, list[tuple[int, int | None]]] = {}
    for noted in plans:
        for point in curve(noted, measure, None):
            weeks.setdefault(point.week, []).append(
                (point.value_thousandths, point.change_thousandths)
            )
    return tuple(pooled_week(measure, week, weeks[week]) for week in sorted(weeks))


def pooled_week(
    measure: Measure, week: int, pairs: Sequence[tuple[int, int | None]]
) -> ResponsePoint:
    """Return the point of a week from (value, change) of each plan."""
    moved = [moved for _, moved in pairs if moved is not None]
    values = [value for value, own in pairs if own is not None or not moved]
    if not moved:
        return ResponsePoint(week, rounded(values), None, None, None, len(values))
    low, high = spread(moved)
    improved = improved_share(moved) if measure in COMPARATIVE else None
    return ResponsePoint(week, rounded(values), rounded(moved), low, high, len(moved), improved)


def improved_share(moved: Sequence[int]) -> int:
    """Return how many of all are above zero, in thousandths of a per cent."""
    return round(Fraction(100_000 * sum(change > 0 for change in moved), len(moved)))


def in_per_cent(noted: Sequence[NotedOutcome], measure: Measure) -> tuple[NotedOutcome, ...]:
    """Return a plan's values in per cent of its baseline; none without one above zero."""
    before = baseline(noted, measure)
    if measure in COMPARATIVE or before is None or before <= 0:
        return ()
    return tuple(
        replace(each, outcome=replace(each.outcome, value_thousandths=share))
        for each in noted
        if each.outcome.measure is measure
        for share in [round(Fraction(100_000 * each.outcome.value_thousandths, before))]
    )


def spread(moved: Sequence[int]) -> tuple[int, int] | tuple[None, None]:
    """Return the 95 % interval of the mean; one value alone has none."""
    if len(moved) < 2:
        return None, None
    middle = mean(map(Fraction, moved))
    half = student(len(moved) - 1) * stdev(moved) / sqrt(len(moved))
    return floor(float(middle) - half), ceil(float(middle) + half)


def student(freedom: int) -> float:
    """Return the two-sided 95 % point of Student's t."""
    if freedom <= len(T_975):
        return T_975[freedom - 1]
    # Cornish and Fisher's expansion; past thirty degrees it is right to four places.
    first = (Z_975**3 + Z_975) / 4
    second = (5 * Z_975**5 + 16 * Z_975**3 + 3 * Z_975) / 96
    return Z_975 + first / freedom + second / freedom**2


def rounded(values: Sequence[int]) -> int:
    """Return the mean to the nearest whole."""
    return round(mean(map(Fraction, values)))
