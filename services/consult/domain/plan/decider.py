"""How a plan decides."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.chassis.kernel import Decider, Fact, Put, Remove
from services.consult.domain.plan import errors
from services.consult.domain.plan.accepting import accept
from services.consult.domain.plan.amending import amend
from services.consult.domain.plan.commands import (
    AcceptPlan,
    AmendPlan,
    AttachQuote,
    Command,
    ImportPlan,
    MovePlan,
    ProposePlan,
    RecheckPlan,
    SignConsent,
    SignResponsibility,
    WithdrawConsent,
    WithdrawPlan,
)
from services.consult.domain.plan.consenting import attach_quote, sign_consent, withdraw_consent
from services.consult.domain.plan.events import Event, PlanProposed, PlanWithdrawn
from services.consult.domain.plan.evolution import evolve
from services.consult.domain.plan.facts import Facts, ProposalFacts
from services.consult.domain.plan.model import Plan, PlanWithdrawalReason
from services.consult.domain.plan.moving import move, sign_responsibility
from services.consult.domain.plan.proposing import propose
from services.consult.domain.plan.rechecking import recheck
from services.consult.domain.plan.standing import refuse_closed

IMPORTS = "imports"


def decide(command: Command, state: Plan | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    if isinstance(command, ProposePlan | ImportPlan) and state is None:
        assert isinstance(facts, ProposalFacts), "a proposal's facts are gathered"
        return [propose(command, facts)]
    decision = DECISIONS.get(type(command))
    if state is None or decision is None:
        raise errors.PlanNotFound
    return decision(command, state, facts)


def withdraw(command: WithdrawPlan, plan: Plan, facts: None) -> Sequence[Event]:
    """Return the end of the plan; it comes once."""
    refuse_closed(plan)
    return [PlanWithdrawn(plan.plan_id, plan.patient_id, command.reason, command.note, command.at)]


DECISIONS: Mapping[type[Any], Callable[[Any, Plan, Any], Sequence[Event]]] = {
    AmendPlan: amend,
    AttachQuote: lambda command, plan, _: attach_quote(command, plan),
    SignConsent: lambda command, plan, facts: [sign_consent(command, plan, facts)],
    AcceptPlan: lambda command, plan, facts: [accept(command, plan, facts)],
    WithdrawPlan: withdraw,
    WithdrawConsent: lambda command, plan, _: [withdraw_consent(command, plan)],
    MovePlan: move,
    SignResponsibility: sign_responsibility,
    RecheckPlan: recheck,
}


def project(event: Event) -> Sequence[Fact]:
    """Return the row that lets a course of another system in once.

    What was entered in error may be imported again.
    """
    match event:
        case PlanProposed(imported=imported) if imported is not None:
            row: dict[str, object] = {
                "system_code": imported.system_code,
                "external_reference_code": imported.external_reference_code,
                "plan_id": event.plan_id,
            }
            return [Put(IMPORTS, row)]
        case PlanWithdrawn(reason=PlanWithdrawalReason.ENTERED_IN_ERROR):
            return [Remove(IMPORTS, {"plan_id": event.plan_id})]
        case _:
            return []


DECIDER: Decider[Plan, Command, Event, Facts] = Decider(decide, evolve, project)
