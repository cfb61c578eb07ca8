"""What happens to a practitioner."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import SealedText
from services.consult.domain.practitioner.model import Credential, Profession


@dataclass(frozen=True, slots=True)
class PractitionerEnrolled:
    """A practitioner was enrolled."""

    practitioner_id: str
    clinic_ids: tuple[str, ...]
    profession: Profession
    enrolled_at: datetime
    credentials: tuple[Credential, ...] = ()


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


@dataclass(frozen=True, slots=True)
class PractitionerAmended:
    """Where somebody works and what they are trained for was changed."""

    practitioner_id: str
    clinic_ids: tuple[str, ...]
    credentials: tuple[Credential, ...]
    amended_at: datetime


@dataclass(frozen=True, slots=True)
class LicenceRevoked:
    """A licence ended before its time."""

    practitioner_id: str
    licence_id: str
    authority_code: str
    valid_from: date
    valid_until: date
    revoked_at: datetime


Event = PractitionerEnrolled | LicenceRecorded | PractitionerAmended | LicenceRevoked
