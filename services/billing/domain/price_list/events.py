"""What happens to a price list."""

from dataclasses import dataclass
from datetime import date, datetime

from services.billing.domain.price_list.model import PriceListItem


@dataclass(frozen=True, slots=True)
class PriceListPublished:
    """A version of the price list was published."""

    price_list_id: str
    version: str
    currency_code: str
    items: tuple[PriceListItem, ...]
    deposit_basis_points: int
    quote_valid_days: int
    tax_basis_points: int
    tax_reason_code: str
    effective_from: date
    published_at: datetime


Event = PriceListPublished
