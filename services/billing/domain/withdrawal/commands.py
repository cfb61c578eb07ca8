"""What is owed where a patient takes back consent or plan. All of it comes from events."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FollowConsentWithdrawal:
    """Remember since when there is no consent to a plan."""

    withdrawal_id: str
    plan_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FollowPlanWithdrawal:
    """Remember that a plan is over, and find the quotes that end with it."""

    withdrawal_id: str
    plan_id: str
    at: datetime


Command = FollowConsentWithdrawal | FollowPlanWithdrawal
