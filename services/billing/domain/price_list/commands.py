"""What may be asked of a price list."""

from dataclasses import dataclass
from datetime import date, datetime

from services.billing.domain.price_list.model import PriceListItem


@dataclass(frozen=True, slots=True)
class PublishPriceList:
    """Publish the chain's prices and terms."""

    price_list_id: str
    currency_code: str
    items: tuple[PriceListItem, ...]
    deposit_basis_points: int
    quote_valid_days: int
    tax_basis_points: int
    tax_reason_code: str
    effective_from: date
    at: datetime


Command = PublishPriceList
