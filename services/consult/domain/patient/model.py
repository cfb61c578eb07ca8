"""A patient: codes and states. Who it is stays sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.chassis.kernel import SealedText

# DOMAIN 3.1 "Age < 18" and section 8: policy 18+.
ADULT_FROM_YEARS = 18


class VitalStatus(Enum):
    """Whether the patient lives."""

    ALIVE = "ALIVE"
    DECEASED = "DECEASED"


class AgeBand(Enum):
    """As much of a birth date as may leave its seal."""

    UNKNOWN = "UNKNOWN"
    MINOR = "MINOR"
    ADULT = "ADULT"


class PregnancyPotential(Enum):
    """Whether the patient can become pregnant: asked, never inferred."""

    NOT_ASKED = "NOT_ASKED"
    ASKED_YES = "ASKED_YES"
    ASKED_NO = "ASKED_NO"


class Answer(Enum):
    """What was answered."""

    YES = "YES"
    NO = "NO"
    UNKNOWN = "UNKNOWN"


class PatientState(Enum):
    """Where the record stands."""

    ACTIVE = "ACTIVE"


@dataclass(frozen=True, slots=True)
class Coding:
    """A code of a coding system."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class History:
    """What is known of the patient's health, in codes."""

    allergies: tuple[Coding, ...]
    conditions: tuple[Coding, ...]
    medications: tuple[Coding, ...]
    pregnant: Answer
    breastfeeding: Answer


@dataclass(frozen=True, slots=True)
class Patient:
    """A registered patient."""

    patient_id: str
    state: PatientState
    clinic_id: str
    vital_status: VitalStatus
    age_band: AgeBand
    pregnancy_potential: PregnancyPotential
    identity: SealedText | None
    history: History | None
    registered_at: datetime
    history_recorded_at: datetime | None


def age_band(born: date | None, today: date) -> AgeBand:
    """Return the band of someone born on `born`; without a birth date it is unknown."""
    if born is None or born > today:
        return AgeBand.UNKNOWN
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    years = today.year - born.year - (not had_birthday)
    return AgeBand.ADULT if years >= ADULT_FROM_YEARS else AgeBand.MINOR
