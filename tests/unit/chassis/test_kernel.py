"""Names become reasons, and refusals carry codes."""

import pytest

from services.chassis.kernel import DomainError, Violation, remembered, snake


class LotNotAtClinic(DomainError):
    """The lot is at another clinic.

    This line is for the reader alone.
    """


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("LotExpired", "lot_expired"),
        ("Lot", "lot"),
        ("A1Lot", "a1_lot"),
        ("HoldPlaced", "hold_placed"),
    ],
)
def test_snake(name: str, expected: str) -> None:
    assert snake(name) == expected


def test_a_refusal_is_its_name_and_its_first_line() -> None:
    refusal = LotNotAtClinic(lot_id="1", violations=[Violation("LOT", "1")])
    assert refusal.reason == "LOT_NOT_AT_CLINIC"
    assert str(refusal) == "The lot is at another clinic."
    assert (refusal.metadata, len(refusal.violations)) == ({"lot_id": "1"}, 1)
    assert str(LotNotAtClinic("Otherwise.")) == "Otherwise."


def test_remembered_works_each_combination_out_once() -> None:
    asked: list[int] = []

    @remembered
    def double(number: int) -> int:
        asked.append(number)
        return 2 * number

    assert [double(1), double(1), double(2)] == [2, 2, 4]
    assert asked == [1, 2]
