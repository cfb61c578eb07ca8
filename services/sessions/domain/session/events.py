"""What happens to a session."""

from dataclasses import dataclass
from datetime import datetime

from services.sessions.domain.clinical import HoldSubject, Injection, Step
from services.sessions.domain.session.model import AbortReason, InterruptionCause


@dataclass(frozen=True, slots=True)
class SessionBooked:
    """A session has its time, room and practitioner."""

    session_id: str
    course_id: str
    plan_id: str
    patient_id: str
    number: int
    clinic_id: str
    room_id: str
    practitioner_id: str
    starts_at: datetime
    ends_at: datetime
    booked_at: datetime


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """Nothing is held, and the session began."""

    session_id: str
    course_id: str
    plan_id: str
    patient_id: str
    number: int
    clinic_id: str
    room_id: str
    practitioner_id: str
    lot_ids: tuple[str, ...]
    device_head_id: str | None
    clearance_feed_no: int
    clearance_asked_at: datetime
    started_at: datetime


@dataclass(frozen=True, slots=True)
class SessionStepRecorded:
    """A step of a running session was done."""

    session_id: str
    patient_id: str
    practitioner_id: str
    step: Step
    injections: tuple[Injection, ...]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SessionCompleted:
    """A session was performed."""

    session_id: str
    course_id: str
    plan_id: str
    patient_id: str
    number: int
    clinic_id: str
    room_id: str
    practitioner_id: str
    device_head_id: str | None
    administrations: tuple[Injection, ...]
    started_at: datetime
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class SessionAborted:
    """A person ended a booked or running session."""

    session_id: str
    course_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_id: str
    reason: AbortReason
    administrations: tuple[Injection, ...]
    aborted_at: datetime
    device_head_id: str | None


@dataclass(frozen=True, slots=True)
class SessionInterrupted:
    """A hold, or the end of its course, reached a running session, which stops where it is.

    It is said once more, with all of them, where an injection is written down after that.
    """

    session_id: str
    course_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_id: str
    hold_id: str
    # None, and an empty hold_id, where no hold did it.
    subject: HoldSubject | None
    administrations: tuple[Injection, ...]
    interrupted_at: datetime
    cause: InterruptionCause
    device_head_id: str | None


@dataclass(frozen=True, slots=True)
class FollowUpDue:
    """It is time to ask a patient how the scalp is."""

    session_id: str
    patient_id: str
    clinic_id: str
    offset_days: int
    due_at: datetime


Event = (
    SessionBooked
    | SessionStarted
    | SessionStepRecorded
    | SessionCompleted
    | SessionAborted
    | SessionInterrupted
    | FollowUpDue
)
