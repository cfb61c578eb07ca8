"""What may be asked of a quote."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IssueQuote:
    """Price a proposed plan."""

    quote_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    sessions: int
    price_list_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExpireQuote:
    """Let a quote lapse whose time has run out."""

    quote_id: str
    at: datetime


Command = IssueQuote | ExpireQuote
