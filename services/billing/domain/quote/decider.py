"""How a quote decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.billing.domain.money import Money, share_of
from services.billing.domain.price_list.errors import PriceListNotFound
from services.billing.domain.price_list.model import PriceList
from services.billing.domain.quote.commands import (
    Command,
    ExpireQuote,
    IssueQuote,
    WithdrawQuote,
)
from services.billing.domain.quote.errors import QuoteNotFound
from services.billing.domain.quote.events import Event, QuoteExpired, QuoteIssued, QuoteWithdrawn
from services.billing.domain.quote.model import Quote, QuoteState
from services.billing.domain.quote.pricing import Basis, kept, listed
from services.chassis.kernel import Decider, Fact, Timer

EXPIRE = "expire_quote"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a quote must know beside itself. `patient_id` is who the plan's patient is by now."""

    price_list: PriceList | None = None
    amended: Quote | None = None
    patient_id: str | None = None
    accepted: bool = False
    plan_withdrawn: bool = False


def decide(command: Command, state: Quote | None, facts: Surroundings) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, state:
        case IssueQuote(), None:
            # Nobody waits for the price of a plan that is over, however late it is asked.
            return [] if facts.plan_withdrawn else [issue(command, facts)]
        case ExpireQuote(), Quote(state=QuoteState.ISSUED):
            if facts.accepted or command.at < state.valid_until:
                return []
            return [QuoteExpired(state.quote_id, state.plan_id, state.patient_id, command.at)]
        case WithdrawQuote(), Quote(state=QuoteState.ISSUED):
            if facts.accepted:
                return []
            return [QuoteWithdrawn(state.quote_id, state.plan_id, state.patient_id, command.at)]
        case ExpireQuote() | WithdrawQuote(), None:
            raise QuoteNotFound
        case _:
            return []


def issue(command: IssueQuote, facts: Surroundings) -> QuoteIssued:
    """Price the plan, or refuse where the chain has no price: none is ever invented.

    A plan that had to wait for a list is priced as of the list's publication. An amended plan
    keeps the price basis of the quote it had.
    """
    if command.amends_quote_id is not None:
        if facts.amended is None:
            raise QuoteNotFound(quote_id=command.amends_quote_id)
        return quoted(command, kept(facts.price_list, facts.amended), command.at, facts)
    if facts.price_list is None:
        raise PriceListNotFound
    at = max(command.at, facts.price_list.published_at)
    prepaid = (command.prepaid_sessions, command.prepaid)
    return quoted(
        command, listed(facts.price_list, at.date(), command.clinic_id, prepaid), at, facts
    )


def quoted(command: IssueQuote, basis: Basis, at: datetime, facts: Surroundings) -> QuoteIssued:
    """Return the quote on `basis`; tax is worked out on the line of sessions."""
    edition, cost = basis.edition, basis.cost(command.sessions)
    deposit = share_of(cost.gross, edition.deposit_basis_points)
    return QuoteIssued(
        quote_id=command.quote_id,
        plan_id=command.plan_id,
        patient_id=facts.patient_id or command.patient_id,
        clinic_id=command.clinic_id,
        sessions=command.sessions,
        unit_price=basis.unit_price,
        net=basis.money(cost.net),
        tax=basis.money(cost.tax),
        total=basis.money(cost.gross),
        deposit=basis.money(deposit),
        price_list_id=edition.price_list_id,
        price_list_version=edition.version,
        issued_at=at,
        valid_until=at + timedelta(days=edition.quote_valid_days),
        total_12_months=expected(basis, command.sessions_12_months),
        total_24_months=expected(basis, command.sessions_24_months),
        prepaid=basis.prepaid,
        amends_quote_id=command.amends_quote_id,
    )


def expected(basis: Basis, sessions: int) -> Money | None:
    """Return what the sessions of so many months cost, with tax; unset where none is stated."""
    return basis.money(basis.cost(sessions).gross) if sessions else None


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
        case QuoteWithdrawn():
            assert state is not None, "a quote is issued before its plan ends"
            return replace(state, state=QuoteState.WITHDRAWN)


def project(event: Event) -> Sequence[Fact]:
    """Return the timer that ends the quote."""
    if not isinstance(event, QuoteIssued):
        return []
    return [Timer(f"{EXPIRE}/{event.quote_id}", event.valid_until, EXPIRE, "quote", event.quote_id)]


DECIDER: Decider[Quote, Command, Event, Surroundings] = Decider(decide, evolve, project)
