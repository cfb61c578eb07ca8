"""What one session exposed one patient to."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Exposure:
    """Who was given what, where and by whom: the denominator of every rate.

    `administered_at` is when the session ended, the latest moment anything can have been given:
    completed, aborted and interrupted sessions all tell it, and nothing nearer the needle.
    """

    session_id: str
    patient_id: str
    clinic_id: str
    room_id: str
    practitioner_id: str
    device_head_id: str | None
    lot_ids: tuple[str, ...]
    administered_at: datetime
    # Cases that were found to stem from it, perhaps; each decides for itself.
    case_ids: tuple[str, ...] = ()
