"""What may be asked of a practitioner."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import SealedText
from services.consult.domain.practitioner.model import Profession


@dataclass(frozen=True, slots=True)
class EnrolPractitioner:
    """Enrol someone for clinics of the chain."""

    practitioner_id: str
    clinic_ids: tuple[str, ...]
    profession: Profession
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordLicence:
    """Record a licence with its validity."""

    practitioner_id: str
    licence_id: str
    authority_code: str
    licence_number: SealedText | None
    valid_from: date
    valid_until: date
    at: datetime


Command = EnrolPractitioner | RecordLicence
