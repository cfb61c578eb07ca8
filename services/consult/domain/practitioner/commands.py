"""What may be asked of a practitioner."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import SealedText
from services.consult.domain.practitioner.model import Credential, Profession


@dataclass(frozen=True, slots=True)
class EnrolPractitioner:
    """Enrol someone for clinics of the chain."""

    practitioner_id: str
    clinic_ids: tuple[str, ...]
    profession: Profession
    at: datetime
    credentials: tuple[Credential, ...] = ()


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


@dataclass(frozen=True, slots=True)
class AmendPractitioner:
    """Change where somebody works and what they are trained for; both replace what was."""

    practitioner_id: str
    clinic_ids: tuple[str, ...]
    credentials: tuple[Credential, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class RevokeLicence:
    """End a licence: from now on it signs nothing."""

    practitioner_id: str
    licence_id: str
    at: datetime


Command = EnrolPractitioner | RecordLicence | AmendPractitioner | RevokeLicence
