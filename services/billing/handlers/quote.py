"""The quote as an aggregate."""

from dataclasses import replace

from services.billing.domain.account.model import account_of
from services.billing.domain.quote.commands import ExpireQuote, IssueQuote
from services.billing.domain.quote.decider import Surroundings
from services.billing.domain.quote.model import Quote
from services.billing.handlers.documents import ACCOUNTS, PRICE_LISTS, QUOTES, Quotes
from services.billing.handlers.person import survivor
from services.chassis.handling import Reader


async def gather_prices(command: IssueQuote, state: Quote | None, reader: Reader) -> Surroundings:
    """Return the chain's price list, the quote that is amended, and who the patient is by now."""
    if state is not None:
        return Surroundings()
    patient_id = await survivor(command.patient_id, reader)
    price_list = await reader.get(PRICE_LISTS, command.price_list_id)
    if command.amends_quote_id is None:
        return Surroundings(price_list, patient_id=patient_id)
    amended = await reader.get(QUOTES, command.amends_quote_id)
    return Surroundings(price_list, amended, patient_id)


async def gather_acceptance(
    command: ExpireQuote, state: Quote | None, reader: Reader
) -> Surroundings:
    """Tell whether the plan was accepted on this quote: then its account says so."""
    if state is None:
        return Surroundings()
    account = await reader.get(ACCOUNTS, account_of(state.plan_id))
    return Surroundings(accepted=account is not None and account.accepted(command.quote_id))


QUOTE: Quotes = replace(QUOTES, gathers={IssueQuote: gather_prices, ExpireQuote: gather_acceptance})
