"""The price list as an aggregate: it needs to know nothing beside itself."""

from services.billing.handlers.documents import PRICE_LISTS, PriceLists

PRICE_LIST: PriceLists = PRICE_LISTS
