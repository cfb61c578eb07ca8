"""The quote as an aggregate."""

from dataclasses import replace

from services.billing.domain.account.model import account_of
from services.billing.domain.quote.commands import ExpireQuote, IssueQuote
from services.billing.domain.quote.decider import Surroundings
from services.billing.domain.quote.model import Quote
from services.billing.handlers.documents import ACCOUNTS, PRICE_LISTS, QUOTES, Quotes
from services.chassis.handling import Reader


async def gather_prices(command: IssueQuote, state: Quote | None, reader: Reader) -> Surroundings:
    """Return the chain's price list."""
    price_list = await reader.get(PRICE_LISTS, command.price_list_id)
    return Surroundings(price_list=price_list)


async def gather_acceptance(
    command: ExpireQuote, state: Quote | None, reader: Reader
) -> Surroundings:
    """Tell whether the plan was accepted: then it has an account."""
    if state is None:
        return Surroundings()
    account = await reader.get(ACCOUNTS, account_of(state.plan_id))
    return Surroundings(plan_accepted=account is not None)


QUOTE: Quotes = replace(QUOTES, gathers={IssueQuote: gather_prices, ExpireQuote: gather_acceptance})
