"""What happens to a clinic."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ClinicOpened:
    """A clinic was opened."""

    clinic_id: str
    clinic_code: str
    time_zone: str
    jurisdiction_code: str
    legal_entity_code: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class RoomAdded:
    """A room was added."""

    clinic_id: str
    room_id: str
    room_code: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class ClinicAmended:
    """A clinic's terms were changed; its id and code stay."""

    clinic_id: str
    time_zone: str
    jurisdiction_code: str
    legal_entity_code: str
    amended_at: datetime


Event = ClinicOpened | RoomAdded | ClinicAmended
