"""What may be asked of a session."""

from dataclasses import dataclass
from datetime import datetime

from services.sessions.domain.clinical import Injection, Step
from services.sessions.domain.session.model import AbortReason, SafetyAnswer


@dataclass(frozen=True, slots=True)
class BookSession:
    """Book the course's next session."""

    session_id: str
    course_id: str
    room_id: str
    practitioner_id: str
    starts_at: datetime
    duration_minutes: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StartSession:
    """Start a session with these lots; `answer` is safety's, None where it could not be asked."""

    session_id: str
    practitioner_id: str
    lot_ids: tuple[str, ...]
    device_head_id: str | None
    answer: SafetyAnswer | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordStep:
    """Record that a step is done."""

    session_id: str
    practitioner_id: str
    step: Step
    injections: tuple[Injection, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class CompleteSession:
    """Complete a session whose steps are all recorded; a practitioner says so."""

    session_id: str
    practitioner_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AbortSession:
    """End a booked or running session."""

    session_id: str
    reason: AbortReason
    at: datetime


@dataclass(frozen=True, slots=True)
class LookAtGates:
    """Interrupt the session if it runs and a hold, or the end of its course, has reached it."""

    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DueFollowUp:
    """Say that a follow-up of the session is due."""

    session_id: str
    due_at: datetime


Command = (
    BookSession
    | StartSession
    | RecordStep
    | CompleteSession
    | AbortSession
    | LookAtGates
    | DueFollowUp
)
