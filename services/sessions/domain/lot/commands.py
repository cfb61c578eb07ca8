"""What may be asked of a lot."""

from dataclasses import dataclass
from datetime import date, datetime

from services.sessions.domain.clinical import Cocktail


@dataclass(frozen=True, slots=True)
class ReceiveLot:
    """Receive a lot at a clinic."""

    lot_id: str
    clinic_id: str
    for_patient_id: str | None
    product_code: str
    lot_number: str
    contents: Cocktail
    expires_on: date
    beyond_use_at: datetime | None
    at: datetime


Command = ReceiveLot
