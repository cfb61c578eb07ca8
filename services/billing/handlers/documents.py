"""The aggregates as they are kept; what their commands must know of one another is added beside."""

from services.billing.domain.account import commands as account_commands
from services.billing.domain.account import events as account_events
from services.billing.domain.account.decider import DECIDER as ACCOUNT_DECIDER
from services.billing.domain.account.model import Account
from services.billing.domain.account.sale import Sold
from services.billing.domain.invoice import commands as invoice_commands
from services.billing.domain.invoice import events as invoice_events
from services.billing.domain.invoice.decider import DECIDER as INVOICE_DECIDER
from services.billing.domain.invoice.decider import Terms
from services.billing.domain.invoice.model import Invoice
from services.billing.domain.person import commands as person_commands
from services.billing.domain.person import events as person_events
from services.billing.domain.person.commands import Repoint
from services.billing.domain.person.decider import DECIDER as PERSON_DECIDER
from services.billing.domain.person.decider import Kept
from services.billing.domain.person.events import RecordRepointed
from services.billing.domain.person.following import following
from services.billing.domain.person.model import Person
from services.billing.domain.price_list import commands as price_list_commands
from services.billing.domain.price_list import events as price_list_events
from services.billing.domain.price_list.decider import DECIDER as PRICE_LIST_DECIDER
from services.billing.domain.price_list.model import PriceList
from services.billing.domain.quote import commands as quote_commands
from services.billing.domain.quote import events as quote_events
from services.billing.domain.quote.decider import DECIDER as QUOTE_DECIDER
from services.billing.domain.quote.decider import Surroundings
from services.billing.domain.quote.model import Quote
from services.billing.domain.withdrawal import commands as withdrawal_commands
from services.billing.domain.withdrawal import events as withdrawal_events
from services.billing.domain.withdrawal.decider import DECIDER as WITHDRAWAL_DECIDER
from services.billing.domain.withdrawal.decider import OpenQuotes
from services.billing.domain.withdrawal.model import Withdrawal
from services.chassis.handling import Aggregate

PriceLists = Aggregate[PriceList, price_list_commands.Command, price_list_events.Event, None]
QuoteEvent = quote_events.Event | RecordRepointed
AccountEvent = account_events.Event | RecordRepointed
InvoiceEvent = invoice_events.Event | RecordRepointed
Quotes = Aggregate[Quote, quote_commands.Command | Repoint, QuoteEvent, Surroundings]
Accounts = Aggregate[Account, account_commands.Command | Repoint, AccountEvent, Sold | None]
Invoices = Aggregate[Invoice, invoice_commands.Command | Repoint, InvoiceEvent, Terms]
Persons = Aggregate[Person, person_commands.Command, person_events.Event, Kept | None]
Withdrawals = Aggregate[
    Withdrawal, withdrawal_commands.Command, withdrawal_events.Event, OpenQuotes | None
]

PRICE_LISTS: PriceLists = Aggregate("price_list", PRICE_LIST_DECIDER, PriceList)
QUOTES: Quotes = Aggregate("quote", following(QUOTE_DECIDER), Quote, shape=2)
ACCOUNTS: Accounts = Aggregate("account", following(ACCOUNT_DECIDER), Account, shape=3)
INVOICES: Invoices = Aggregate("invoice", following(INVOICE_DECIDER), Invoice, shape=2)
PERSONS: Persons = Aggregate("person", PERSON_DECIDER, Person)
WITHDRAWALS: Withdrawals = Aggregate("withdrawal", WITHDRAWAL_DECIDER, Withdrawal)
