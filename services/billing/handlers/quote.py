"""The quote as an aggregate, and the withdrawal that ends it."""

from dataclasses import replace

from services.billing.domain.account.model import account_of
from services.billing.domain.quote.commands import ExpireQuote, IssueQuote, WithdrawQuote
from services.billing.domain.quote.decider import Surroundings
from services.billing.domain.quote.model import Quote, QuoteState
from services.billing.domain.withdrawal.commands import FollowPlanWithdrawal
from services.billing.domain.withdrawal.model import Withdrawal, withdrawal_id_of
from services.billing.handlers.documents import (
    ACCOUNTS,
    PRICE_LISTS,
    QUOTES,
    WITHDRAWALS,
    Quotes,
    Withdrawals,
)
from services.billing.handlers.person import survivor
from services.chassis.handling import Reader


async def gather_prices(command: IssueQuote, state: Quote | None, reader: Reader) -> Surroundings:
    """Return the chain's price list, the quote that is amended, and who the patient is by now."""
    if state is not None:
        return Surroundings()
    withdrawal = await reader.get(WITHDRAWALS, withdrawal_id_of(command.plan_id))
    if withdrawal is not None and withdrawal.plan_withdrawn_at is not None:
        return Surroundings(plan_withdrawn=True)
    patient_id = await survivor(command.patient_id, reader)
    price_list = await reader.get(PRICE_LISTS, command.price_list_id)
    if command.amends_quote_id is None:
        return Surroundings(price_list, patient_id=patient_id)
    amended = await reader.get(QUOTES, command.amends_quote_id)
    return Surroundings(price_list, amended, patient_id)


async def gather_acceptance(
    command: ExpireQuote | WithdrawQuote, state: Quote | None, reader: Reader
) -> Surroundings:
    """Tell whether the plan was accepted on this quote: then its account says so."""
    if state is None:
        return Surroundings()
    account = await reader.get(ACCOUNTS, account_of(state.plan_id))
    return Surroundings(accepted=account is not None and account.accepted(command.quote_id))


async def gather_open(
    command: FollowPlanWithdrawal, state: Withdrawal | None, reader: Reader
) -> tuple[str, ...]:
    """Return the quotes of a plan that have not ended; whether one was accepted, it says itself."""
    quotes: list[Quote] = list(await reader.find(QUOTES, "plan_id", command.plan_id))
    return tuple(quote.quote_id for quote in quotes if quote.state is QuoteState.ISSUED)


QUOTE: Quotes = replace(
    QUOTES,
    gathers={
        IssueQuote: gather_prices,
        ExpireQuote: gather_acceptance,
        WithdrawQuote: gather_acceptance,
    },
)
WITHDRAWAL: Withdrawals = replace(WITHDRAWALS, gathers={FollowPlanWithdrawal: gather_open})
