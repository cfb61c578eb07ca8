"""What happens to an exposure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ExposureRecorded:
    """A session's exposure is on record."""

    session_id: str
    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_id: str
    device_head_id: str | None
    lot_ids: tuple[str, ...]
    administered_at: datetime


Event = ExposureRecorded
