"""What a plan costs: its sessions at one price, on the terms of one edition of the price list."""

from dataclasses import dataclass
from datetime import date

from services.billing.domain.money import (
    BASIS_POINTS_OF_ALL,
    Money,
    allocate,
    amount_of,
    minor_units,
    minor_units_in,
    share_of,
)
from services.billing.domain.price_list.errors import PriceListNotFound
from services.billing.domain.price_list.model import BillableItem, Edition, PriceList
from services.billing.domain.quote.model import Quote


@dataclass(frozen=True, slots=True)
class Cost:
    """An amount before tax and its tax, in minor units."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Basis:
    """On what a plan is priced: an edition's terms, a session's price, and what was prepaid."""

    edition: Edition
    unit_price: Money
    prepaid_sessions: int = 0
    prepaid: Money | None = None

    def cost(self, sessions: int) -> Cost:
        """Return what so many sessions cost: the unpaid ones by the list, and what was prepaid."""
        net = self._unpaid(sessions) * minor_units(self.unit_price)
        already = self._prepaid()
        tax = share_of(net, self.edition.tax_basis_points)
        return Cost(net + already.net, tax + already.tax)

    def money(self, minor: int) -> Money:
        """Return an amount in the edition's currency."""
        return amount_of(self.edition.currency_code, minor)

    def _unpaid(self, sessions: int) -> int:
        return max(0, sessions - self.prepaid_sessions)

    def _prepaid(self) -> Cost:
        return prepaid_cost(self.prepaid, self.edition)


def prepaid_cost(prepaid: Money | None, edition: Edition) -> Cost:
    """Return what was paid elsewhere, which was with tax, in the edition's own proportion."""
    if prepaid is None:
        return Cost(0, 0)
    gross = minor_units_in(edition.currency_code, prepaid, "imported.prepaid_amount")
    net, tax = allocate(gross, (BASIS_POINTS_OF_ALL, edition.tax_basis_points))
    return Cost(net, tax)


def listed(
    price_list: PriceList | None, day: date, clinic_id: str, prepaid: tuple[int, Money | None]
) -> Basis:
    """Return the basis of a first quote, or refuse where the chain has no price for it."""
    edition = price_list.in_force(day) if price_list is not None else None
    if edition is None:
        raise PriceListNotFound
    return Basis(edition, edition.unit_price(BillableItem.SESSION, clinic_id), *prepaid)


def kept(price_list: PriceList | None, amended: Quote) -> Basis:
    """Return the basis of the quote that is amended: its price of a session, its edition's terms.

    What the list says meanwhile changes nothing for a course that was sold.
    """
    edition = price_list.edition(amended.price_list_version) if price_list is not None else None
    if edition is None:
        raise PriceListNotFound
    return Basis(edition, amended.unit_price, prepaid_sessions(amended, edition), amended.prepaid)


def prepaid_sessions(quote: Quote, edition: Edition) -> int:
    """Return how many of a quote's sessions were not charged, since they were paid elsewhere."""
    unit = minor_units(quote.unit_price)
    if quote.prepaid is None or unit == 0:
        return 0
    charged = minor_units(quote.net) - prepaid_cost(quote.prepaid, edition).net
    return quote.sessions - charged // unit
