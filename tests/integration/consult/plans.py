"""Plans that are there, whatever led to them."""

from dataclasses import replace
from typing import Any, cast

from services.chassis.handling import Aggregate, Owed
from services.chassis.kernel import Decider
from services.consult.domain.plan.events import PlanProposed
from services.consult.handlers.plan import PLAN
from tests.support.calls import new_id
from tests.support.parts import Parts
from tests.unit.consult.samples import proposed

# Takes a proposal as it happened, whatever led to it.
GIVEN: Aggregate[Any, Any, Any, Any] = replace(
    cast(Aggregate[Any, Any, Any, Any], PLAN),
    gathers={},
    decider=Decider(lambda event, state, facts: [event], PLAN.decider.evolve),
)


async def with_plan(bench: Parts, chain: str, **changes: str) -> PlanProposed:
    """Return a plan that is there, of a chain."""
    named: dict[str, Any] = {"plan_id": new_id(), **changes}
    plan = replace(proposed(), **named)
    await bench.handle(Owed(GIVEN, plan.plan_id, plan), chain_id=chain)
    return plan
