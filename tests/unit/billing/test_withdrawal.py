"""What was taken back of a plan is known here, once, whatever else is known of the plan."""

from datetime import timedelta

import pytest

from services.billing.domain.withdrawal.commands import (
    Command,
    FollowConsentWithdrawal,
    FollowPlanWithdrawal,
)
from services.billing.domain.withdrawal.decider import DECIDER
from services.billing.domain.withdrawal.events import (
    ConsentWithdrawalFollowed,
    Event,
    PlanWithdrawalFollowed,
)
from services.billing.domain.withdrawal.model import Withdrawal, withdrawal_id_of
from services.chassis.kernel import derived_id
from tests.support.spec import Spec
from tests.unit.billing.examples import AT, PLAN, QUOTE

billing = Spec(DECIDER)
LATER = AT + timedelta(days=1)
WHOSE = (withdrawal_id_of(PLAN), PLAN)
CONSENT = ConsentWithdrawalFollowed(*WHOSE, AT)
AGAIN = ConsentWithdrawalFollowed(*WHOSE, LATER)
OVER = PlanWithdrawalFollowed(*WHOSE, (QUOTE,), LATER)

# fmt: off
FOLLOWED: list[tuple[list[Event], Command, list[Event]]] = [
    ([],        FollowConsentWithdrawal(*WHOSE, AT),    [CONSENT]),
    ([CONSENT], FollowConsentWithdrawal(*WHOSE, AT),    []),
    ([CONSENT], FollowConsentWithdrawal(*WHOSE, LATER), [AGAIN]),
    ([AGAIN],   FollowConsentWithdrawal(*WHOSE, AT),    []),
    ([],        FollowPlanWithdrawal(*WHOSE, LATER),    [OVER]),
    ([CONSENT], FollowPlanWithdrawal(*WHOSE, LATER),    [OVER]),
    ([OVER],    FollowPlanWithdrawal(*WHOSE, LATER),    []),
    ([OVER],    FollowConsentWithdrawal(*WHOSE, AT),    [CONSENT]),
]
# fmt: on


@pytest.mark.parametrize(("history", "command", "then"), FOLLOWED)
def test_what_was_taken_back_is_known_once(
    history: list[Event], command: Command, then: list[Event]
) -> None:
    assert billing.given(*history).when(command, (QUOTE,)) == then


def test_both_are_remembered() -> None:
    assert billing.given(CONSENT, OVER, AGAIN).state == Withdrawal(*WHOSE, LATER, LATER)


def test_the_id_is_the_one_that_policies_derive() -> None:
    assert withdrawal_id_of(PLAN) == derived_id("withdrawal", PLAN)
