"""What a chain asks: one price list, published again and again, each time as a new version."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.billing.domain.money import Money
from services.billing.domain.price_list.errors import PriceMissing


class BillableItem(Enum):
    """What a price or a line is for."""

    SESSION = "SESSION"
    CONSULTATION = "CONSULTATION"
    DEPOSIT = "DEPOSIT"


@dataclass(frozen=True, slots=True)
class PriceListItem:
    """The price of one item before tax, at one clinic or everywhere."""

    item: BillableItem
    clinic_id: str | None
    unit_price: Money


@dataclass(frozen=True, slots=True)
class Edition:
    """One published version of the list. One that can never be in force again keeps no items here:
    its terms are still needed by the quotes made from it."""

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

    def unit_price(self, item: BillableItem, clinic_id: str) -> Money:
        """Return the clinic's own price, else the one for everywhere, else refuse."""
        prices = {each.clinic_id: each.unit_price for each in self.items if each.item is item}
        found = prices.get(clinic_id) or prices.get(None)
        if found is None:
            raise PriceMissing(item=item.value, clinic_id=clinic_id)
        return found


@dataclass(frozen=True, slots=True)
class PriceList:
    """The chain's price list: its editions, oldest first."""

    price_list_id: str
    editions: tuple[Edition, ...]

    def in_force(self, day: date) -> Edition | None:
        """Return the edition that holds on `day`, which is a day of UTC."""
        return in_force(self.editions, day)

    def edition(self, version: str) -> Edition | None:
        """Return one edition, in force or not."""
        return next((each for each in self.editions if each.version == version), None)

    @property
    def published_at(self) -> datetime:
        """When the list was last published."""
        return self.editions[-1].published_at


def in_force(editions: Sequence[Edition], day: date) -> Edition | None:
    """Return the last to take effect by `day`; of two on one day, the one published later."""
    begun = [each for each in editions if each.effective_from <= day]
    return max(begun, key=lambda each: (each.effective_from, int(each.version)), default=None)
