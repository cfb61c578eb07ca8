"""How a price list decides and changes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace

from services.billing.domain.errors import RequestInvalid
from services.billing.domain.money import minor_units_in
from services.billing.domain.price_list.commands import Command, PublishPriceList
from services.billing.domain.price_list.events import Event, PriceListPublished
from services.billing.domain.price_list.model import Edition, PriceList, in_force
from services.chassis.kernel import Decider, Fact, Put


def decide(command: Command, state: PriceList | None, facts: None) -> Sequence[Event]:
    """Return the new version, or refuse prices that do not go together."""
    refuse_mixed_prices(command)
    version = len(state.editions) + 1 if state is not None else 1
    return [
        PriceListPublished(
            price_list_id=command.price_list_id,
            version=str(version),
            currency_code=command.currency_code,
            items=command.items,
            deposit_basis_points=command.deposit_basis_points,
            quote_valid_days=command.quote_valid_days,
            tax_basis_points=command.tax_basis_points,
            tax_reason_code=command.tax_reason_code,
            effective_from=command.effective_from,
            published_at=command.at,
        )
    ]


def refuse_mixed_prices(command: PublishPriceList) -> None:
    """Refuse a second currency, a price no coin can pay, and two prices for one thing."""
    for place, item in enumerate(command.items):
        field = f"items[{place}].unit_price"
        minor_units_in(command.currency_code, item.unit_price, field)
    priced = Counter((item.item, item.clinic_id) for item in command.items)
    if max(priced.values(), default=0) > 1:
        raise RequestInvalid("items", "each item has one price at a clinic, and one everywhere")


def evolve(state: PriceList | None, event: Event) -> PriceList:
    """Return the list after `event`; what it supersedes for good keeps its terms alone."""
    before = state.editions if state is not None else ()
    editions = (*before, edition_of(event))
    today = event.published_at.date()
    held = in_force(editions, today)
    kept = [
        each if each is held or each.effective_from > today else replace(each, items=())
        for each in editions
    ]
    return PriceList(event.price_list_id, tuple(kept))


def edition_of(event: PriceListPublished) -> Edition:
    """Return what was published, whole."""
    return Edition(
        price_list_id=event.price_list_id,
        version=event.version,
        currency_code=event.currency_code,
        items=event.items,
        deposit_basis_points=event.deposit_basis_points,
        quote_valid_days=event.quote_valid_days,
        tax_basis_points=event.tax_basis_points,
        tax_reason_code=event.tax_reason_code,
        effective_from=event.effective_from,
        published_at=event.published_at,
    )


def project(event: Event) -> Sequence[Fact]:
    """Return the edition as a fact row, items and all, for whoever asks what held once."""
    row: dict[str, object] = {
        "price_list_id": event.price_list_id,
        "version": int(event.version),
        "edition": asdict(edition_of(event)),
    }
    return [Put("price_list_editions", row)]


DECIDER: Decider[PriceList, Command, Event, None] = Decider(decide, evolve, project)
