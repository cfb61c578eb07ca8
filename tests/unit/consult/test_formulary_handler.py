"""What the application of a formulary looks up: the open plans, and when rows begin or end."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.handling import Aggregate
from services.consult.domain.formulary.commands import ApplyFormulary
from services.consult.handlers import formulary as handled
from services.consult.handlers.formulary import gather_open_plans
from services.consult.reference.loader import Reference, reference
from tests.unit.consult.samples import CHAIN, NOW, PLAN, TODAY
from tests.unit.consult.signing import FORMULARY

HELD = reference()
LAST = TODAY + timedelta(days=3)
APPLY = ApplyFormulary(FORMULARY, NOW)


class OpenPlans:
    """A Reader of the ids of plans that are not over."""

    chain_id = CHAIN

    async def get(self, aggregate: Aggregate[Any, Any, Any, Any], key: str) -> None:
        raise AssertionError("plans are not held still")

    async def find(
        self, aggregate: Aggregate[Any, Any, Any, Any], column: str, value: str
    ) -> Sequence[Any]:
        raise AssertionError("plans are not read")

    async def ids(
        self, aggregate: Aggregate[Any, Any, Any, Any], column: str, value: str
    ) -> Sequence[str]:
        assert (aggregate.name, column, value) == ("plan", "open_plans", "OPEN")
        return (PLAN,)


def ending(name: str) -> Reference:
    """Return the files, of which one row of a kind has a last day."""
    rules, pairs = HELD.rules, HELD.pairs
    pull_test = replace(HELD.scales.pull_tests[0], effective_until=LAST)
    rule = replace(rules.rules[0], effective_until=LAST)
    pair = replace(pairs.pairs[0], effective_until=LAST)
    return {
        "rule": replace(HELD, rules=replace(rules, rules=(rule, *rules.rules[1:]))),
        "pair": replace(HELD, pairs=replace(pairs, pairs=(pair, *pairs.pairs[1:]))),
        "pull test": replace(HELD, scales=replace(HELD.scales, pull_tests=(pull_test,))),
    }[name]


@pytest.mark.parametrize("name", ["rule", "pair", "pull test"])
async def test_plans_are_checked_anew_on_the_day_after_the_last_of_any_row(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(handled, "reference", lambda: ending(name))
    facts = await gather_open_plans(APPLY, None, OpenPlans())
    assert facts.plan_ids == (PLAN,)
    assert facts.file_version == HELD.formulary.version
    assert [day for day in facts.turning_days if day > TODAY] == [LAST + timedelta(days=1)]
