"""What happens to a practitioner."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import SealedText
from services.consult.domain.practitioner.model import Profession


@dataclass(frozen=True, slots=True)
class PractitionerEnrolled:
    """A practitioner was enrolled."""

    practitioner_id: str
    clinic_ids: tuple[str, ...]
    profession: Profession
    enrolled_at: datetime


@dataclass(frozen=True, slots=True)
class LicenceRecorded:
    """A licence was recorded."""

    practitioner_id: str
    licence_id: str
    authority_code: str
    licence_number: SealedText | None
    valid_from: date
    valid_until: date
    recorded_at: datetime


Event = PractitionerEnrolled | LicenceRecorded
