"""Plans that are open when reference data changes: flagged, cleared, and left alone."""

from dataclasses import replace

import pytest

from services.consult.domain.cocktail.checks import Ground
from services.consult.domain.plan import errors
from services.consult.domain.plan.events import Event, PlanCleared, PlanFlagged
from services.consult.domain.plan.facts import RecheckFacts
from services.consult.domain.plan.model import PlanState
from tests.unit.consult.cocktails import FORMULARY, SIGNED, amended
from tests.unit.consult.plans import (
    CONSENTED,
    ENDED,
    FLAG,
    FLAGGED,
    QUOTED,
    RECHECK,
    RUNNING,
    TAKEN_BACK,
    VOIDED,
    after,
    plan_after,
)
from tests.unit.consult.samples import NOW, PATIENT, PLAN, ground, proposed

LESS = replace(SIGNED, max_dose_micrograms=4_000)
STRICTER = RecheckFacts(ground(formulary=amended(FORMULARY, "minoxidil", limits=(LESS,))))
UNCHANGED = RecheckFacts(ground())
CLEARED = PlanCleared(PLAN, PATIENT, FORMULARY.version, NOW)


@pytest.mark.parametrize("history", [(proposed(),), QUOTED, RUNNING, (*CONSENTED, TAKEN_BACK)])
def test_a_plan_that_passes_no_more_is_flagged(history: tuple[Event, ...]) -> None:
    assert after(*history).when(RECHECK, STRICTER) == [FLAGGED]
    before, plan = plan_after(*history), plan_after(*history, FLAGGED)
    assert (plan.flag_codes, plan.state, plan.consent) == ((FLAG,), before.state, before.consent)


def test_a_signature_on_which_nothing_was_begun_is_void() -> None:
    assert after(*CONSENTED).when(RECHECK, STRICTER) == [VOIDED, FLAGGED]
    assert plan_after(*CONSENTED, VOIDED, FLAGGED).state is PlanState.QUOTED


@pytest.mark.parametrize("history", [(proposed(),), CONSENTED, RUNNING])
def test_a_plan_that_passes_as_before_hears_nothing(history: tuple[Event, ...]) -> None:
    assert after(*history).when(RECHECK, UNCHANGED) == []


def test_a_plan_is_flagged_once_and_cleared_once() -> None:
    assert after(*RUNNING, FLAGGED).when(RECHECK, STRICTER) == []
    assert after(*RUNNING, FLAGGED).when(RECHECK, UNCHANGED) == [CLEARED]
    assert after(*RUNNING, FLAGGED, CLEARED).when(RECHECK, UNCHANGED) == []
    assert plan_after(*RUNNING, FLAGGED, CLEARED).flag_codes == ()


def test_another_reason_is_another_flag() -> None:
    barred = RecheckFacts(ground(excluded={"dutasteride": "DEPRESSION"}))
    [flagged] = after(*RUNNING, FLAGGED).when(RECHECK, barred)
    assert isinstance(flagged, PlanFlagged)
    assert flagged.flag_codes == ("INGREDIENT_BLOCKED/dutasteride",)


@pytest.mark.parametrize(("history", "held"), [((*QUOTED, ENDED), STRICTER.ground), (QUOTED, None)])
def test_a_plan_that_is_over_or_cannot_be_held_is_left_alone(
    history: tuple[Event, ...], held: Ground | None
) -> None:
    assert after(*history).when(RECHECK, RecheckFacts(held)) == []


def test_no_plan_no_check() -> None:
    with pytest.raises(errors.PlanNotFound):
        after().when(RECHECK, UNCHANGED)
