"""The numbers that no source gives: the chain signs them, or what needs them is refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import Fault
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import LabValidity, Repeatability
from services.consult.domain.formulary.rows import (
    lab_valid_days,
    need,
    policy_on,
    repeatability,
)
from services.consult.domain.response.model import Measure
from tests.unit.consult.samples import TODAY
from tests.unit.consult.signing import NOTHING, policy

NUMBERS = ("screening_valid_days", "weight_valid_days", "retention_days")
DAYS = st.integers(0, 9).map(lambda days: TODAY + timedelta(days=days))


def test_no_number_holds_before_one_is_signed_and_its_day_has_come() -> None:
    later = policy(effective_from=TODAY + timedelta(days=1))
    assert policy_on(None, TODAY) is None
    assert policy_on(NOTHING, TODAY) is None
    assert policy_on(replace(NOTHING, policies=(later,)), TODAY) is None
    assert policy_on(replace(NOTHING, policies=(later,)), later.effective_from) == later


@given(st.lists(DAYS, max_size=6), DAYS)
def test_the_latest_day_that_has_come_counts_and_of_two_the_one_signed_later(
    days: Sequence[date], day: date
) -> None:
    signed = [policy(effective_from=d, retention_days=n) for n, d in enumerate(days)]
    come = [(d, n) for n, d in enumerate(days) if d <= day]
    found = policy_on(replace(NOTHING, policies=tuple(signed)), day)
    assert found == (signed[max(come)[1]] if come else None)


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_was_signed_is_used(name: str) -> None:
    assert need(policy(**{name: 7}), name) == 7


def test_nothing_is_a_number_too() -> None:
    assert need(policy(retention_days=0), "retention_days") == 0


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_that_was_not_signed_is_missed_by_its_name(name: str) -> None:
    for known in (None, policy(**{name: None})):
        with pytest.raises(PolicyMissing) as refused:
            need(known, name)
        [violation] = refused.value.violations
        assert (violation.kind, violation.subject) == ("POLICY", name)
        assert refused.value.fault is Fault.PRECONDITION


def test_a_result_counts_for_as_long_as_the_chain_says_of_its_test() -> None:
    signed = policy(lab_validities=(LabValidity("PSA", 365), LabValidity("FERRITIN", 90)))
    assert lab_valid_days(signed, "FERRITIN") == 90
    assert lab_valid_days(signed, "TSH") is None
    assert lab_valid_days(None, "PSA") is None


def test_measurements_stray_as_far_as_the_chain_determined() -> None:
    signed = policy(repeatabilities=(Repeatability(Measure.ANAGEN_PERCENT, 1_500),))
    assert repeatability(signed, Measure.ANAGEN_PERCENT) == 1_500
    assert repeatability(signed, Measure.TELOGEN_PERCENT) is None
    assert repeatability(None, Measure.ANAGEN_PERCENT) is None
