"""A session: one visit for injections, from its booking to its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.sessions.domain.clinical import HoldKind, HoldSubject, Injection, Step
from services.sessions.domain.lot.model import Lot


class SessionState(Enum):
    """Where a session stands."""

    BOOKED = "BOOKED"
    STARTED = "STARTED"
    COMPLETED = "COMPLETED"
    ABORTED = "ABORTED"
    INTERRUPTED = "INTERRUPTED"


class AbortReason(Enum):
    """Why a person ended a session before it was complete."""

    PATIENT_WISH = "PATIENT_WISH"
    CONTRAINDICATION = "CONTRAINDICATION"
    REACTION = "REACTION"
    HOLD = "HOLD"
    EQUIPMENT = "EQUIPMENT"
    PRACTITIONER_ABSENT = "PRACTITIONER_ABSENT"
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"


class InterruptionCause(Enum):
    """Why a session was interrupted."""

    HOLD = "HOLD"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    PLAN_WITHDRAWN = "PLAN_WITHDRAWN"
    COURSE_MOVED = "COURSE_MOVED"
    PATIENT_DECEASED = "PATIENT_DECEASED"


@dataclass(frozen=True, slots=True)
class Clearance:
    """How new safety's knowledge was when it said that nothing is held."""

    feed_no: int
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class ActiveHold:
    """A hold that safety knows of."""

    hold_id: str
    subject: HoldSubject


@dataclass(frozen=True, slots=True)
class SafetyAnswer:
    """What safety answered to the question at the needle."""

    active_holds: tuple[ActiveHold, ...]
    asked_at: datetime
    feed_no: int


@dataclass(frozen=True, slots=True)
class RecordedStep:
    """A step with who attests it."""

    step: Step
    practitioner_id: str
    injections: tuple[Injection, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """A session with its steps. `practitioner_id` is who was booked, then who started it.

    `starts_at` and `ends_at` are as planned, `started_at` and `ended_at` as it was.
    """

    session_id: str
    state: SessionState
    course_id: str
    plan_id: str
    patient_id: str
    number: int
    clinic_id: str
    room_id: str
    practitioner_id: str
    starts_at: datetime
    ends_at: datetime
    lot_ids: tuple[str, ...]
    device_head_id: str | None
    clearance: Clearance | None
    steps: tuple[RecordedStep, ...]
    abort_reason: AbortReason | None
    interrupting_hold_id: str | None
    interrupting_subject: HoldSubject | None
    interruption_cause: InterruptionCause | None
    follow_up_days: tuple[int, ...]
    booked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    # Clinics that read it beside its own: its course was moved there.
    further_clinic_ids: tuple[str, ...] = ()

    @property
    def administrations(self) -> tuple[Injection, ...]:
        """Everything that was injected: with the session it is the exposure."""
        return tuple(each for step in self.steps for each in step.injections)

    @property
    def hand(self) -> str:
        """By whose hand: who attested the injections, else who had the session."""
        attested = [s.practitioner_id for s in self.steps if s.step is Step.INJECTED]
        return attested[-1] if attested else self.practitioner_id


@dataclass(frozen=True, slots=True)
class Usage:
    """What a session uses: whatever of it is held keeps the session from going on."""

    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_ids: tuple[str, ...]
    lots: Sequence[Lot] = ()
    device_head_id: str | None = None
    ingredient_codes: Sequence[str] = ()

    @property
    def subjects(self) -> tuple[HoldSubject, ...]:
        """Each thing that can be held, once."""
        named = [
            (HoldKind.PATIENT, self.patient_id),
            (HoldKind.CLINIC, self.clinic_id),
            (HoldKind.ROOM, self.room_id),
            *((HoldKind.PRACTITIONER, each) for each in self.practitioner_ids),
            *((HoldKind.INGREDIENT, code) for code in self.ingredient_codes),
        ]
        for lot in self.lots:
            contents = lot.contents.components
            named += [(HoldKind.LOT, lot.lot_id), (HoldKind.PRODUCT, lot.product_code)]
            named += [(HoldKind.INGREDIENT, each.ingredient_code) for each in contents]
        if self.device_head_id is not None:
            named.append((HoldKind.DEVICE, self.device_head_id))
        return tuple(HoldSubject(kind, key) for kind, key in dict.fromkeys(named))


def usage_of(
    session: Session,
    practitioner_ids: tuple[str, ...],
    device_head_id: str | None,
    lots: Sequence[Lot],
) -> Usage:
    """Return what `session` uses when these practitioners act in it."""
    return Usage(
        patient_id=session.patient_id,
        clinic_id=session.clinic_id,
        room_id=session.room_id,
        practitioner_ids=practitioner_ids,
        lots=lots,
        device_head_id=device_head_id,
    )
