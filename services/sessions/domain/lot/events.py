"""What happens to a lot."""

from dataclasses import dataclass
from datetime import date, datetime

from services.sessions.domain.clinical import Cocktail


@dataclass(frozen=True, slots=True)
class LotReceived:
    """A lot came to a clinic."""

    lot_id: str
    clinic_id: str
    for_patient_id: str | None
    product_code: str
    lot_number: str
    contents: Cocktail
    expires_on: date
    beyond_use_at: datetime | None
    received_at: datetime


Event = LotReceived
