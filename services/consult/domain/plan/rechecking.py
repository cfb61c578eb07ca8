"""How a plan is held against what became known since: of the rows in force, and of the patient."""

from collections.abc import Sequence
from datetime import datetime

from services.chassis.kernel import snake
from services.consult.domain.cocktail.checks import Check, checks
from services.consult.domain.plan.commands import RecheckPlan
from services.consult.domain.plan.consenting import voided
from services.consult.domain.plan.events import Event, PlanCleared, PlanFlagged
from services.consult.domain.plan.facts import RecheckFacts
from services.consult.domain.plan.forbidding import forbidden_codes, sayable
from services.consult.domain.plan.model import Plan, PlanState


def recheck(command: RecheckPlan, plan: Plan, facts: RecheckFacts) -> Sequence[Event]:
    """Return the flag, or its end; nothing where all is as it was, or the plan is over."""
    if plan.state is PlanState.WITHDRAWN or not sayable(facts):
        return []
    return reflagged(plan, facts, command.at)


def reflagged(plan: Plan, facts: RecheckFacts, at: datetime) -> Sequence[Event]:
    """Return what makes the plan's flag say what is so in `facts`; nothing where it does.

    A signature under a plan that is not accepted and fails is void: the text said that it passes.
    An accepted one keeps it, and its course waits.
    """
    ground = facts.around.ground
    assert ground is not None, "asked of what can be held against something"
    failed = flag_codes(checks(plan.cocktail, plan.topical_anaesthetic, ground))
    codes = tuple(sorted({*forbidden_codes(facts), *failed}))
    if codes == plan.flag_codes:
        return []
    version = ground.formulary.version
    if not codes:
        return [PlanCleared(plan.plan_id, plan.patient_id, version, at)]
    flagged = PlanFlagged(plan.plan_id, plan.patient_id, codes, version, at)
    return [*void_unaccepted(plan, at), flagged]


def flag_codes(made: Sequence[Check]) -> tuple[str, ...]:
    """Return reason and subject of each check that failed, each once."""
    failed = {
        f"{snake(check.verdict.__name__).upper()}/{check.subject_code}"
        for check in made
        if check.verdict is not None
    }
    return tuple(sorted(failed))


def void_unaccepted(plan: Plan, at: datetime) -> Sequence[Event]:
    """Return the end of a consent on which nothing was begun."""
    return [] if plan.state is PlanState.ACCEPTED else voided(plan, at)
