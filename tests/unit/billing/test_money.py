"""Money is whole minor units, and nothing is lost when it is split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.errors import CurrencyDiffers, RequestInvalid
from services.billing.domain.money import (
    MINOR_DIGITS,
    Money,
    allocate,
    amount_of,
    minor_units,
    minor_units_in,
    share_of,
)

weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("money", "minor"),
    [
        (Money("EUR", 12, 340_000_000), 1234),
        (Money("JPY", 1234, 0), 1234),
        (Money("KWD", 1, 5_000_000), 1005),
        (Money("GBP", 0, 10_000_000), 1),
        (Money("EUR", -1, -500_000_000), -150),
    ],
)
def test_an_amount_and_its_minor_units_are_one(money: Money, minor: int) -> None:
    assert minor_units(money) == minor
    assert amount_of(money.currency_code, minor) == money


@pytest.mark.parametrize(
    "money", [Money("EUR", 1, 1), Money("JPY", 0, 500_000_000), Money("XXX", 1, 0)]
)
def test_what_no_coin_can_pay_is_refused(money: Money) -> None:
    with pytest.raises(RequestInvalid) as refused:
        minor_units(money, "amount")
    assert [each.subject for each in refused.value.violations] == ["amount"]


def test_another_currency_is_refused() -> None:
    with pytest.raises(CurrencyDiffers):
        minor_units_in("EUR", Money("GBP", 1, 0))


@given(st.sampled_from(sorted(MINOR_DIGITS)), st.integers(-(10**14), 10**14))
def test_minor_units_come_back_as_they_went(currency_code: str, minor: int) -> None:
    assert minor_units(amount_of(currency_code, minor)) == minor


@given(st.integers(0, 10**12), weights)
def test_parts_add_up_to_the_total(total: int, parts: list[int]) -> None:
    assert sum(allocate(total, parts)) == total


@given(st.integers(0, 10**12), weights.filter(any))
def test_no_part_is_a_whole_unit_off_its_due(total: int, parts: list[int]) -> None:
    for part, weight in zip(allocate(total, parts), parts, strict=True):
        assert abs(part * sum(parts) - total * weight) < sum(parts)


@pytest.mark.parametrize(
    ("total", "parts", "split"),
    [
        (100, [1, 1, 1], (34, 33, 33)),
        (101, [1, 1, 1], (34, 34, 33)),
        (10, [1, 2, 4], (1, 3, 6)),
        (5, [0, 0], (3, 2)),
        (90_000, [1] * 6, (15_000,) * 6),
    ],
)
def test_largest_remainders_get_the_odd_units(
    total: int, parts: list[int], split: tuple[int, ...]
) -> None:
    assert allocate(total, parts) == split


@pytest.mark.parametrize(
    ("minor", "basis_points", "share"),
    [(10_000, 2_000, 2_000), (333, 2_000, 67), (1, 5_000, 1), (1, 4_999, 0), (777, 10_000, 777)],
)
def test_a_share_is_rounded_half_up(minor: int, basis_points: int, share: int) -> None:
    assert share_of(minor, basis_points) == share
