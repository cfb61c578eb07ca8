"""What may be asked of a quote."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.money import Money


@dataclass(frozen=True, slots=True)
class IssueQuote:
    """Price a proposed or an amended plan.

    `amends_quote_id` is the quote whose price basis holds; a first one has none. What another
    system was paid stands in `prepaid`, and how many of the sessions that were.
    """

    quote_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    sessions: int
    sessions_12_months: int
    sessions_24_months: int
    price_list_id: str
    at: datetime
    amends_quote_id: str | None = None
    prepaid_sessions: int = 0
    prepaid: Money | None = None


@dataclass(frozen=True, slots=True)
class ExpireQuote:
    """Let a quote lapse whose time has run out."""

    quote_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawQuote:
    """Let a quote end with its plan."""

    quote_id: str
    at: datetime


Command = IssueQuote | ExpireQuote | WithdrawQuote
