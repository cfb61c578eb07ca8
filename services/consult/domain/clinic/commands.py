"""What may be asked of a clinic."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class OpenClinic:
    """Open a clinic of the chain."""

    clinic_id: str
    chain_id: str
    clinic_code: str
    time_zone: str
    jurisdiction_code: str
    legal_entity_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AddRoom:
    """Add a room to a clinic."""

    clinic_id: str
    room_id: str
    room_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AmendClinic:
    """Change a clinic's time zone, jurisdiction or legal entity."""

    clinic_id: str
    time_zone: str
    jurisdiction_code: str
    legal_entity_code: str
    at: datetime


Command = OpenClinic | AddRoom | AmendClinic
