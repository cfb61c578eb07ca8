"""How a withdrawal decides and changes."""

from collections.abc import Sequence
from dataclasses import replace

from services.billing.domain.withdrawal.commands import (
    Command,
    FollowConsentWithdrawal,
    FollowPlanWithdrawal,
)
from services.billing.domain.withdrawal.events import (
    ConsentWithdrawalFollowed,
    Event,
    PlanWithdrawalFollowed,
)
from services.billing.domain.withdrawal.model import Withdrawal
from services.chassis.kernel import Decider

# The quotes of the plan that have not ended, by id.
OpenQuotes = tuple[str, ...]


def decide(
    command: Command, state: Withdrawal | None, quote_ids: OpenQuotes | None
) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    whose = (command.withdrawal_id, command.plan_id)
    match command:
        case FollowConsentWithdrawal():
            known = state.consent_withdrawn_at if state is not None else None
            if known is not None and known >= command.at:
                return []
            return [ConsentWithdrawalFollowed(*whose, command.at)]
        case FollowPlanWithdrawal():
            if state is not None and state.plan_withdrawn_at is not None:
                return []
            return [PlanWithdrawalFollowed(*whose, quote_ids or (), command.at)]


def evolve(state: Withdrawal | None, event: Event) -> Withdrawal:
    """Return the withdrawal after `event`."""
    before = state or Withdrawal(event.withdrawal_id, event.plan_id, None, None)
    match event:
        case ConsentWithdrawalFollowed():
            return replace(before, consent_withdrawn_at=event.withdrawn_at)
        case PlanWithdrawalFollowed():
            return replace(before, plan_withdrawn_at=event.withdrawn_at)


DECIDER: Decider[Withdrawal, Command, Event, OpenQuotes | None] = Decider(decide, evolve)
