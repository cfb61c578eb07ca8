"""What billing owes at a time."""

from services.billing.domain.quote.commands import ExpireQuote
from services.billing.domain.quote.decider import EXPIRE
from services.billing.handlers.quote import QUOTE
from services.chassis.timers import Firings

FIRINGS: Firings = {EXPIRE: (QUOTE, ExpireQuote)}
