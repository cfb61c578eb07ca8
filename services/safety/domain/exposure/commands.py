"""What may be asked of an exposure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RecordExposure:
    """Record what a session gave. Lots may repeat: one lot goes into many zones."""

    session_id: str
    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_id: str
    device_head_id: str | None
    lot_ids: tuple[str, ...]
    administered_at: datetime


@dataclass(frozen=True, slots=True)
class MatchCases:
    """Find the cases that were open before the exposure was on record and may stem from it."""

    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RepointExposure:
    """Let an exposure follow its patient's record into the one that this was merged into."""

    session_id: str
    into_patient_id: str
    at: datetime


Command = RecordExposure | MatchCases | RepointExposure
