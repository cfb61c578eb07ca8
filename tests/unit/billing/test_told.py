"""Acceptances and withdrawals come to the same, in whatever order and how often they are told."""

from dataclasses import replace
from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st

from services.billing.domain.account.commands import CloseAccount, Command, SuspendAccount
from services.billing.domain.account.model import Account, AccountState
from services.billing.domain.account.sale import Sold
from services.billing.domain.withdrawal.commands import (
    FollowConsentWithdrawal,
    FollowPlanWithdrawal,
)
from services.billing.domain.withdrawal.decider import DECIDER as WITHDRAWALS
from services.billing.domain.withdrawal.model import Withdrawal
from tests.unit.billing.examples import ACCOUNT, PLAN, QUOTE, quote
from tests.unit.billing.test_account import OPEN, billing
from tests.unit.billing.test_stopping import T1, T2, T3, T4

Known = tuple[Account | None, Withdrawal | None]
ACCEPT = "accept"
TAKE_BACK = "take back"
WITHDRAW = "withdraw"
TOLD = [(ACCEPT, T1), (TAKE_BACK, T2), (ACCEPT, T3), (TAKE_BACK, T4), (WITHDRAW, T4)]
STANDS = [
    AccountState.OPEN,
    AccountState.SUSPENDED,
    AccountState.OPEN,
    AccountState.SUSPENDED,
    AccountState.CLOSED,
]


@given(
    st.integers(1, len(TOLD)).flatmap(lambda n: st.tuples(st.just(n), orders(n))),
    st.sampled_from([QUOTE, "second"]),
)
def test_in_whatever_order_and_however_often_it_is_told_it_comes_to_the_same(
    told: tuple[int, list[int]], quote_id: str
) -> None:
    count, order = told
    account: Account | None = None
    withdrawal: Withdrawal | None = None
    for place in order:
        kind, at = TOLD[place]
        accepted = quote_id if at == T3 else QUOTE
        account, withdrawal = after(kind, at, accepted, (account, withdrawal))
    assert account is not None
    assert account.state is STANDS[count - 1]
    # A closed account keeps the terms that it was closed on.
    if account.state is not AccountState.CLOSED:
        assert account.quote_id == (quote_id if count > 2 else QUOTE)


def orders(count: int) -> st.SearchStrategy[list[int]]:
    """Every order of the first `count` events, each told at least once."""
    again = st.lists(st.integers(0, count - 1), max_size=4)
    return again.flatmap(lambda more: st.permutations([*range(count), *more]))


def after(kind: str, at: datetime, quote_id: str, known: Known) -> Known:
    """Return both documents after an event of the plan, as its policy and gather would have it."""
    account, withdrawal = known
    command: Command
    follow: FollowConsentWithdrawal | FollowPlanWithdrawal | None = None
    match kind:
        case "accept":
            command = replace(OPEN, at=at, quote_id=quote_id)
        case "take back":
            command, follow = SuspendAccount(ACCOUNT, at), FollowConsentWithdrawal("w", PLAN, at)
        case _:
            command, follow = CloseAccount(ACCOUNT, at), FollowPlanWithdrawal("w", PLAN, at)
    if follow is not None:
        for noted in WITHDRAWALS.decide(follow, withdrawal, ()):
            withdrawal = WITHDRAWALS.evolve(withdrawal, noted)
    sold = Sold(
        quote=replace(quote(), quote_id=quote_id),
        consent_withdrawn_at=withdrawal.consent_withdrawn_at if withdrawal else None,
        plan_withdrawn=withdrawal is not None and withdrawal.plan_withdrawn_at is not None,
    )
    for event in billing.decider.decide(command, account, sold):
        account = billing.decider.evolve(account, event)
    return account, withdrawal
