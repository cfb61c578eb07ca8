"""What was taken back of one plan, and when: known before its account is, or without one."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import derived_id


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The last withdrawal of a plan's consent, and the plan's own; there is none of any other."""

    withdrawal_id: str
    plan_id: str
    consent_withdrawn_at: datetime | None
    plan_withdrawn_at: datetime | None


def withdrawal_id_of(plan_id: str) -> str:
    """Return the id that a plan's withdrawal always has."""
    return derived_id("withdrawal", plan_id)
