"""A quote: what a plan will cost, and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.billing.domain.money import Money


class QuoteState(Enum):
    """Where a quote stands. That its plan was accepted is seen from the plan's account."""

    ISSUED = "ISSUED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one plan, on the terms of one version of the price list."""

    quote_id: str
    state: QuoteState
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
