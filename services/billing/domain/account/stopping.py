"""How an account stops when consent or plan is taken back, and goes on under a new consent.

Withdrawal stops work at once everywhere (DOMAIN 8). What was performed all the same is entered
all the same: posting a credit and recognising its revenue asks for no state.
"""

from collections.abc import Sequence

from services.billing.domain.account import errors
from services.billing.domain.account.commands import CloseAccount, OpenAccount, SuspendAccount
from services.billing.domain.account.events import (
    AccountClosed,
    AccountResumed,
    AccountSuspended,
    CreditReserved,
)
from services.billing.domain.account.model import Account, AccountState
from services.chassis.kernel import Violation


def suspend(command: SuspendAccount, account: Account) -> Sequence[AccountSuspended]:
    """Stop an open account; news that is older than the last acceptance stops nothing."""
    if account.state is not AccountState.OPEN or command.at < account.accepted_at:
        return []
    return [AccountSuspended(*whose(account), command.at)]


def close(command: CloseAccount, account: Account) -> Sequence[AccountClosed]:
    """End the account, once: a withdrawn plan is never accepted again."""
    if account.state is AccountState.CLOSED:
        return []
    return [AccountClosed(*whose(account), command.at)]


def resume(command: OpenAccount, account: Account, *, consented: bool) -> Sequence[AccountResumed]:
    """Go on, where the acceptance is newer than both the last one and the withdrawal.

    An open account notes it too: whoever is accepted anew was withdrawn, and that news is late. A
    new quote notes it by itself.
    """
    if not consented or command.at <= account.accepted_at:
        return []
    if account.state is AccountState.OPEN and not account.accepted(command.quote_id):
        return []
    return [AccountResumed(*whose(account), command.at)]


def kept_again(command: OpenAccount, account: Account) -> Sequence[CreditReserved]:
    """Keep the credits of sessions whose booking was heard of before the new acceptance was."""
    if account.state is not AccountState.OPEN:
        return []
    return [
        CreditReserved(account.account_id, session_id, account.patient_id, command.at)
        for session_id in account.withheld[: max(0, account.credits_available)]
    ]


def refuse_stopped(account: Account) -> None:
    """Refuse to take money for what may not be performed."""
    if account.state is AccountState.CLOSED:
        raise errors.AccountClosed
    if account.state is AccountState.SUSPENDED:
        wanted = "must be accepted again under a new consent"
        raise errors.AccountSuspended(violations=[Violation("PLAN", account.plan_id, wanted)])


def whose(account: Account) -> tuple[str, str, str]:
    return account.account_id, account.plan_id, account.patient_id
