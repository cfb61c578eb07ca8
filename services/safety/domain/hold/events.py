"""What happens to a hold."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.safety.domain.hold.model import HoldReason, HoldSubject, LiftReason


@dataclass(frozen=True, slots=True)
class HoldPlaced:
    """Something may not be used from now on."""

    hold_id: str
    subject: HoldSubject
    provisional: bool
    case_id: str | None
    reason: HoldReason
    note: SealedText | None
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class HoldLifted:
    """It may be used again, as far as this hold goes."""

    hold_id: str
    subject: HoldSubject
    reason: LiftReason
    lifted_at: datetime


Event = HoldPlaced | HoldLifted
