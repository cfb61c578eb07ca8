"""A clinic and its rooms."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Room:
    """A room in which sessions are given."""

    room_id: str
    room_code: str


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic: its rooms, its clock's zone, the law and the legal entity it stands under."""

    clinic_id: str
    clinic_code: str
    time_zone: str
    jurisdiction_code: str
    legal_entity_code: str
    rooms: tuple[Room, ...]
    opened_at: datetime
