"""What happens to an exposure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ExposureRecorded:
    """A session's exposure is on record; said once more, whole, where more of it came to light."""

    session_id: str
    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_id: str
    device_head_id: str | None
    lot_ids: tuple[str, ...]
    administered_at: datetime


@dataclass(frozen=True, slots=True)
class ExposureMatched:
    """An exposure may have led to reactions whose cases were open before it was recorded."""

    session_id: str
    patient_id: str
    case_ids: tuple[str, ...]
    latency_windows_version: str
    matched_at: datetime


@dataclass(frozen=True, slots=True)
class ExposureRepointed:
    """An exposure belongs to the record that its patient's was merged into."""

    session_id: str
    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_id: str
    device_head_id: str | None
    lot_ids: tuple[str, ...]
    administered_at: datetime
    former_patient_id: str
    repointed_at: datetime


Event = ExposureRecorded | ExposureMatched | ExposureRepointed
