"""What happens to a quote."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.money import Money


@dataclass(frozen=True, slots=True)
class QuoteIssued:
    """A proposed plan has its price."""

    quote_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    sessions: int
    unit_price: Money
    net: Money
    tax: Money
    total: Money
    deposit: Money
    price_list_id: str
    price_list_version: str
    issued_at: datetime
    valid_until: datetime
    total_12_months: Money | None
    total_24_months: Money | None
    prepaid: Money | None
    amends_quote_id: str | None


@dataclass(frozen=True, slots=True)
class QuoteExpired:
    """Its time ran out before the plan was accepted."""

    quote_id: str
    plan_id: str
    patient_id: str
    expired_at: datetime


@dataclass(frozen=True, slots=True)
class QuoteWithdrawn:
    """The plan was withdrawn before it was accepted on this quote."""

    quote_id: str
    plan_id: str
    patient_id: str
    withdrawn_at: datetime


Event = QuoteIssued | QuoteExpired | QuoteWithdrawn
