"""The time to think it over: law or chain state it, and the first session waits."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from services.consult.domain.formulary.chairside import CoolingOffRow, CoolingOffs
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import CoolingOff
from services.consult.domain.plan.accepting import cooling_off_days, earliest_session
from tests.unit.consult.samples import NOW, policy


def law(**days: int | None) -> CoolingOffs:
    begins = date(2026, 1, 1)
    rows = (
        CoolingOffRow(code, "1", number, "", ("D",), begins, None, "S")
        for code, number in days.items()
    )
    return CoolingOffs("1", "S", tuple(rows))


TIMES: list[tuple[CoolingOffs, Mapping[str, int], str, int | None]] = [
    # What the law states, what the chain signed, where: days, None refuses.
    (law(GB=None), {}, "GB", None),
    (law(), {"GB": 3}, "US", None),
    (law(), {}, "GB", None),
    (law(GB=None), {"GB": 3}, "GB", 3),
    (law(), {"GB": 0}, "GB", 0),
    (law(AU=7), {}, "AU", 7),
    (law(AU=7), {"AU": 3}, "AU", 7),
    (law(AU=7), {"AU": 14}, "AU-NSW", 14),
    (law(), {"US": 5, "US-CA": 2}, "US-CA", 2),
]


@pytest.mark.parametrize(("stated", "signed", "where", "days"), TIMES)
def test_the_time_to_think_it_over_is_stated_or_the_plan_waits(
    stated: CoolingOffs, signed: Mapping[str, int], where: str, days: int | None
) -> None:
    numbers = policy(cooling_offs=tuple(CoolingOff(*each) for each in signed.items()))
    if days is not None:
        assert cooling_off_days(stated, numbers, where) == days
        return
    with pytest.raises(PolicyMissing) as refused:
        cooling_off_days(stated, numbers, where)
    assert refused.value.violations[0].subject == "cooling_offs"


@pytest.mark.parametrize(
    ("resumes_on", "earliest"),
    [
        (None, NOW + timedelta(days=2)),
        (date(2026, 11, 1), NOW + timedelta(days=2)),
        (date(2026, 12, 24), datetime(2026, 12, 24, tzinfo=UTC)),
    ],
)
def test_the_first_session_waits_for_the_later_of_both(
    resumes_on: date | None, earliest: datetime
) -> None:
    assert earliest_session(NOW, 2, resumes_on) == earliest
