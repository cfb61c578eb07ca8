"""A practitioner and the licences that let them act."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.chassis.kernel import SealedText


class Profession(Enum):
    """What a practitioner is by training."""

    PHYSICIAN = "PHYSICIAN"
    NURSE = "NURSE"
    PRACTITIONER = "PRACTITIONER"


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence, valid from its first to its last day, both included."""

    licence_id: str
    authority_code: str
    licence_number: SealedText | None
    valid_from: date
    valid_until: date

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


@dataclass(frozen=True, slots=True)
class Credential:
    """Something somebody is trained for."""

    credential_code: str
    authority_code: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Someone who examines or treats."""

    practitioner_id: str
    profession: Profession
    clinic_ids: tuple[str, ...]
    licences: tuple[Licence, ...]
    enrolled_at: datetime
    credentials: tuple[Credential, ...] = ()

    def licensed_on(self, day: date) -> bool:
        """Tell whether any licence holds on `day`: a lapsed one signs nothing."""
        return any(licence.valid_on(day) for licence in self.licences)
