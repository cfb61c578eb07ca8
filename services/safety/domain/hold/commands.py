"""What may be asked of a hold."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.safety.domain.hold.model import HoldReason, HoldSubject, LiftReason


@dataclass(frozen=True, slots=True)
class PlaceHold:
    """Hold a subject from now on."""

    hold_id: str
    subject: HoldSubject
    provisional: bool
    case_id: str | None
    reason: HoldReason
    note: SealedText | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LiftHold:
    """End a hold; others on the same subject go on."""

    hold_id: str
    reason: LiftReason
    at: datetime


@dataclass(frozen=True, slots=True)
class CarryHold:
    """Hold the patient whom a held duplicate was merged into, for the same reason."""

    hold_id: str
    former_hold_id: str
    into_patient_id: str
    at: datetime


Command = PlaceHold | LiftHold | CarryHold
