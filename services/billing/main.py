"""Billing, put together: the only file that knows every room."""

from services.billing.api import account, invoice, payment, price_list, quote
from services.billing.config import settings
from services.billing.events.consumers import HEARINGS
from services.billing.events.published import CONTRACT
from services.billing.events.timers import FIRINGS
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.invoice import INVOICE
from services.billing.handlers.person import PERSON
from services.billing.handlers.price_list import PRICE_LIST
from services.billing.handlers.quote import QUOTE, WITHDRAWAL
from services.billing.store.views import PostgresViews
from services.chassis.runtime import Context, Service, main


def build(context: Context) -> Service:
    """Return billing with its servicers on `context`."""
    api, views = context.api, PostgresViews(context.pool)
    return Service(
        name="billing",
        contract=CONTRACT,
        aggregates=(PRICE_LIST, QUOTE, ACCOUNT, INVOICE, PERSON, WITHDRAWAL),
        servicers=(
            price_list.servicer(api, views),
            quote.servicer(api),
            account.servicer(api, views),
            invoice.servicer(api),
            payment.servicer(api, views),
        ),
        hearings=HEARINGS,
        firings=FIRINGS,
    )


def start() -> None:
    """Run billing as this process, or migrate its store."""
    main(settings(), CONTRACT, build)
