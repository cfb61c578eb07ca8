"""A measure over the weeks: its change, its interval, and the same over many plans."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.response.curve import T_975, curve, in_per_cent, pooled, student
from services.consult.domain.response.model import (
    AssessorKind,
    Measure,
    NotedOutcome,
    Outcome,
    ResponsePoint,
)

DENSITY = Measure.TERMINAL_HAIR_DENSITY_PER_SQUARE_CM
PHOTOGRAPHS = Measure.GLOBAL_PHOTOGRAPHIC_ASSESSMENT


def plan(*values: tuple[int, int], measure: Measure = DENSITY) -> list[NotedOutcome]:
    """Return what was measured as (week, thousandths)."""
    return [
        NotedOutcome(f"{n}", Outcome(measure, value, week), AssessorKind.INDEPENDENT)
        for n, (week, value) in enumerate(values)
    ]


def test_a_change_is_since_the_baseline_and_weeks_come_in_order() -> None:
    noted = plan((12, 171_000), (0, 161_000), (24, 155_000))
    assert curve(noted, DENSITY, None) == (
        ResponsePoint(0, 161_000, None, None, None, 1),
        ResponsePoint(12, 171_000, 10_000, None, None, 1),
        ResponsePoint(24, 155_000, -6_000, None, None, 1),
    )


def test_without_a_baseline_there_is_no_change() -> None:
    assert curve(plan((12, 171_000)), DENSITY, 5_000) == (
        ResponsePoint(12, 171_000, None, None, None, 1),
    )


def test_of_two_values_of_a_week_the_later_counts() -> None:
    points = curve(plan((0, 160_000), (12, 1), (12, 170_000)), DENSITY, None)
    assert [point.value_thousandths for point in points] == [160_000, 170_000]


def test_an_interval_comes_from_the_chains_own_repeatability() -> None:
    [_, point] = curve(plan((0, 160_000), (12, 170_000)), DENSITY, 5_000)
    half = 1.959964 * sqrt(2) * 5_000
    assert point.low_thousandths is not None
    assert point.high_thousandths is not None
    assert point.low_thousandths == pytest.approx(10_000 - half, abs=1)
    assert point.high_thousandths == pytest.approx(10_000 + half, abs=1)


def test_seven_points_are_a_change_already_and_stray_once() -> None:
    [point] = curve(plan((12, 2_000), measure=PHOTOGRAPHS), PHOTOGRAPHS, 500)
    assert (point.change_thousandths, point.low_thousandths, point.high_thousandths) == (
        2_000,
        1_020,
        2_980,
    )


def test_another_measure_is_not_in_the_curve() -> None:
    assert curve(plan((12, 2_000), measure=PHOTOGRAPHS), DENSITY, None) == ()


def test_many_plans_have_a_mean_and_its_interval_by_students_t() -> None:
    plans = [plan((0, 100_000), (12, 100_000 + change)) for change in (4_000, 8_000, 12_000)]
    [before, point] = pooled(plans, DENSITY)
    assert before == ResponsePoint(0, 100_000, None, None, None, 3)
    assert (point.value_thousandths, point.change_thousandths, point.n) == (108_000, 8_000, 3)
    # t with two degrees of freedom, a standard deviation of 4,000 and three plans.
    half = 4.3027 * 4_000 / sqrt(3)
    assert point.low_thousandths == pytest.approx(8_000 - half, abs=1)
    assert point.high_thousandths == pytest.approx(8_000 + half, abs=1)


def test_one_plan_has_no_interval() -> None:
    [_, point] = pooled([plan((0, 100_000), (12, 110_000))], DENSITY)
    assert (point.change_thousandths, point.low_thousandths, point.n) == (10_000, None, 1)


def test_plans_without_a_baseline_do_not_count_beside_those_with_one() -> None:
    plans = [plan((0, 100_000), (12, 110_000)), plan((12, 500_000))]
    [_, point] = pooled(plans, DENSITY)
    assert (point.value_thousandths, point.change_thousandths, point.n) == (110_000, 10_000, 1)


def test_without_any_baseline_there_is_a_mean_of_values() -> None:
    [point] = pooled([plan((12, 110_000)), plan((12, 120_000))], DENSITY)
    assert (point.value_thousandths, point.change_thousandths, point.n) == (115_000, None, 2)


def test_of_the_seven_points_the_share_of_the_improved_is_told() -> None:
    values = (-1_000, 0, 1_000, 2_000)
    plans = [plan((12, value), measure=PHOTOGRAPHS) for value in values]
    [point] = pooled(plans, PHOTOGRAPHS)
    assert (point.change_thousandths, point.improved_percent_thousandths) == (500, 50_000)
    [_, density] = pooled([plan((0, 100_000), (12, 110_000))], DENSITY)
    assert density.improved_percent_thousandths is None


def test_the_same_in_per_cent_is_of_each_plans_own_baseline() -> None:
    # +10 per cent and +30 per cent, which is not the 17 per cent of the sums.
    plans = [plan((0, 200_000), (12, 220_000)), plan((0, 100_000), (12, 130_000))]
    [before, point] = pooled([in_per_cent(each, DENSITY) for each in plans], DENSITY)
    assert (before.value_thousandths, point.value_thousandths) == (100_000, 120_000)
    assert (point.change_thousandths, point.n) == (20_000, 2)


@pytest.mark.parametrize(
    "noted",
    [
        plan((12, 110_000)),
        plan((0, 0), (12, 110_000)),
        plan((0, 1_000), (12, 2_000), measure=PHOTOGRAPHS),
    ],
)
def test_without_a_baseline_above_zero_there_is_no_per_cent(noted: list[NotedOutcome]) -> None:
    assert in_per_cent(noted, noted[0].outcome.measure) == ()


def test_nothing_measured_is_no_curve() -> None:
    assert pooled([], DENSITY) == ()
    assert pooled([[]], DENSITY) == ()


# Of a printed table, to four places.
@pytest.mark.parametrize(
    ("freedom", "point"), [(1, 12.7062), (30, 2.0423), (31, 2.0395), (60, 2.0003), (120, 1.9799)]
)
def test_the_points_of_students_t(freedom: int, point: float) -> None:
    assert student(freedom) == pytest.approx(point, abs=2e-4)


def test_the_points_of_students_t_fall() -> None:
    points = [student(freedom) for freedom in range(1, 200)]
    assert points == sorted(points, reverse=True)
    assert len(T_975) == 30


@given(st.lists(st.integers(-100_000, 100_000), min_size=2, max_size=60))
def test_an_interval_holds_its_mean(changes: list[int]) -> None:
    plans = [plan((0, 200_000), (12, 200_000 + change)) for change in changes]
    [_, point] = pooled(plans, DENSITY)
    assert point.n == len(changes)
    assert point.low_thousandths is not None
    assert point.high_thousandths is not None
    assert point.change_thousandths is not None
    assert point.low_thousandths <= point.change_thousandths <= point.high_thousandths


@given(st.integers(0, 400_000), st.integers(0, 400_000), st.integers(0, 50_000))
def test_a_plans_interval_holds_its_change(before: int, after: int, spread: int) -> None:
    [_, point] = curve(plan((0, before), (12, after)), DENSITY, spread)
    assert point.low_thousandths is not None
    assert point.high_thousandths is not None
    assert point.low_thousandths <= after - before <= point.high_thousandths
