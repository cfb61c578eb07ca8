"""How a quote decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.billing.domain.money import Money, amount_of, minor_units, share_of
from services.billing.domain.price_list.errors import PriceListNotFound
from services.billing.domain.price_list.model import BillableItem, Edition, PriceList
from services.billing.domain.quote.commands import Command, ExpireQuote, IssueQuote
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.events import Event, QuoteExpired, QuoteIssued
from services.billing.domain.quote.model import Quote, QuoteState
from services.chassis.kernel import Decider, Fact, Timer

EXPIRE = "expire_quote"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a quote must know beside itself."""

    price_list: PriceList | None = None
    plan_accepted: bool = False


def decide(command: Command, state: Quote | None, facts: Surroundings) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, state:
        case IssueQuote(), None:
            return [issue(command, facts.price_list)]
        case ExpireQuote(), Quote(state=QuoteState.ISSUED):
            if facts.plan_accepted or command.at < state.valid_until:
                return []
            return [QuoteExpired(state.quote_id, state.plan_id, state.patient_id, command.at)]
        case ExpireQuote(), None:
            raise QuoteNotFound
        case _:
            return []


def issue(command: IssueQuote, price_list: PriceList | None) -> QuoteIssued:
    """Price the plan, or refuse where the chain has no price: none is ever invented.

    A plan that had to wait for a list is priced as of the list's publication.
    """
    if price_list is None:
        raise PriceListNotFound
    at = max(command.at, price_list.published_at)
    edition = price_list.in_force(at.date())
    if edition is None:
        raise PriceListNotFound
    return quoted(command, edition, at)


def quoted(command: IssueQuote, edition: Edition, at: datetime) -> QuoteIssued:
    """Return the quote on the terms of `edition`; tax is worked out on the line of sessions."""
    unit_price = edition.unit_price(BillableItem.SESSION, command.clinic_id)
    net = command.sessions * minor_units(unit_price)
    tax = share_of(net, edition.tax_basis_points)
    deposit = share_of(net + tax, edition.deposit_basis_points)

    def money(minor: int) -> Money:
        return amount_of(edition.currency_code, minor)

    return QuoteIssued(
        quote_id=command.quote_id,
        plan_id=command.plan_id,
        patient_id=command.patient_id,
        clinic_id=command.clinic_id,
        sessions=command.sessions,
        unit_price=unit_price,
        net=money(net),
        tax=money(tax),
        total=money(net + tax),
        deposit=money(deposit),
        price_list_id=edition.price_list_id,
        price_list_version=edition.version,
        issued_at=at,
        valid_until=at + timedelta(days=edition.quote_valid_days),
    )


def evolve(state: Quote | None, event: Event) -> Quote:
    """Return the quote after `event`."""
    match event:
        case QuoteIssued():
            return Quote(
                quote_id=event.quote_id,
                state=QuoteState.ISSUED,
                plan_id=event.plan_id,
                patient_id=event.patient_id,
                clinic_id=event.clinic_id,
                sessions=event.sessions,
                unit_price=event.unit_price,
                net=event.net,
                tax=event.tax,
                total=event.total,
                deposit=event.deposit,
                price_list_id=event.price_list_id,
                price_list_version=event.price_list_version,
                issued_at=event.issued_at,
                valid_until=event.valid_until,
                total_12_months=event.total_12_months,
                total_24_months=event.total_24_months,
                prepaid=event.prepaid,
                amends_quote_id=event.amends_quote_id,
            )
        case QuoteExpired():
            assert state is not None, "a quote is issued before it expires"
            return replace(state, state=QuoteState.EXPIRED)


def project(event: Event) -> Sequence[Fact]:
    """Return the timer that ends the quote."""
    if not isinstance(event, QuoteIssued):
        return []
    return [Timer(f"{EXPIRE}/{event.quote_id}", event.valid_until, EXPIRE, "quote", event.quote_id)]


DECIDER: Decider[Quote, Command, Event, Surroundings] = Decider(decide, evolve, project)
