"""A hold: something that may not be used until a person lifts it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from services.chassis.kernel import SealedText


class HoldKind(Enum):
    """What can be held."""

    PATIENT = "PATIENT"
    LOT = "LOT"
    PRODUCT = "PRODUCT"
    PREPARATION = "PREPARATION"
    INGREDIENT = "INGREDIENT"
    DEVICE = "DEVICE"
    PRACTITIONER = "PRACTITIONER"
    ROOM = "ROOM"
    CLINIC = "CLINIC"
    BILLING = "BILLING"


HELD_BY_CODE = {HoldKind.PRODUCT, HoldKind.INGREDIENT, HoldKind.DEVICE}


class HoldState(Enum):
    """Where a hold stands."""

    ACTIVE = "ACTIVE"
    LIFTED = "LIFTED"


class HoldReason(Enum):
    """Why something is held."""

    INFECTION = "INFECTION"
    INFECTION_CLUSTER = "INFECTION_CLUSTER"
    ANAPHYLAXIS = "ANAPHYLAXIS"
    ALLERGY = "ALLERGY"
    SERIOUS_REACTION = "SERIOUS_REACTION"
    PRODUCT_DEFECT = "PRODUCT_DEFECT"
    RECALL = "RECALL"
    DEVICE_REPROCESSING = "DEVICE_REPROCESSING"
    LICENCE = "LICENCE"
    BILLING_DISPUTE = "BILLING_DISPUTE"
    OTHER = "OTHER"


class LiftReason(Enum):
    """Why a hold was lifted."""

    INVESTIGATION_CLEARED = "INVESTIGATION_CLEARED"
    CORRECTED = "CORRECTED"
    PLACED_IN_ERROR = "PLACED_IN_ERROR"


@dataclass(frozen=True, slots=True)
class HoldSubject:
    """The one thing that is held: by its id, or by its code where the kind says so."""

    kind: HoldKind
    subject_id: str

    def canonical(self) -> "HoldSubject":
        """Return the one spelling: a UUID typed in capitals is held, and found, all the same."""
        if self.kind in HELD_BY_CODE:
            return self
        return replace(self, subject_id=self.subject_id.lower())


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold and, when it is over, why."""

    hold_id: str
    state: HoldState
    subject: HoldSubject
    provisional: bool
    case_id: str | None
    reason: HoldReason
    note: SealedText | None
    placed_at: datetime
    lift_reason: LiftReason | None = None
    lifted_at: datetime | None = None

    @property
    def subject_id(self) -> str:
        """Return what the store's column of this name holds."""
        return self.subject.subject_id


@dataclass(frozen=True, slots=True)
class ActiveHold:
    """A hold as the needle needs to know it."""

    hold_id: str
    subject: HoldSubject
    provisional: bool
    reason: HoldReason
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Clearance:
    """The active holds on what was asked about, and where the feed stood then."""

    active_holds: tuple[ActiveHold, ...]
    feed_no: int
