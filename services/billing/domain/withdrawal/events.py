"""What was taken back, as it was followed here."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ConsentWithdrawalFollowed:
    """The consent to a plan was taken back; it is remembered whether or not it has an account."""

    withdrawal_id: str
    plan_id: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class PlanWithdrawalFollowed:
    """A plan was withdrawn; these quotes of it end, unless it was accepted on them."""

    withdrawal_id: str
    plan_id: str
    quote_ids: tuple[str, ...]
    withdrawn_at: datetime


Event = ConsentWithdrawalFollowed | PlanWithdrawalFollowed
