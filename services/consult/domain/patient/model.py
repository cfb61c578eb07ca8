"""A patient: codes and states. Who it is stays sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.chassis.kernel import SealedText
from services.consult.domain.patient.clinical import History, Therapy

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


class PatientState(Enum):
    """Where the record stands."""

    ACTIVE = "ACTIVE"
    MERGED = "MERGED"
    RESTRICTED = "RESTRICTED"
    ERASED = "ERASED"


class PhotoPurpose(Enum):
    """What a photograph may be used for beyond treatment."""

    RECORD = "RECORD"
    TEACHING = "TEACHING"
    PUBLICATION = "PUBLICATION"


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
    into_patient_id: str | None = None
    merged_patient_ids: tuple[str, ...] = ()
    therapies: tuple[Therapy, ...] = ()
    photo_consent_id: str | None = None
    photo_purposes: tuple[PhotoPurpose, ...] = ()
    legal_hold_ids: tuple[str, ...] = ()
    open_serious_case_ids: tuple[str, ...] = ()
    last_treated_at: datetime | None = None
    last_paid_at: datetime | None = None
    restricted_until: datetime | None = None
    # Clinics beside the one that registered them: where they are treated too, or a duplicate was.
    further_clinic_ids: tuple[str, ...] = ()
    # A plan was made for them once: what becomes known has to be held against it.
    planned: bool = False


def age_band(born: date | None, today: date) -> AgeBand:
    """Return the band of someone born on `born`; without a birth date it is unknown."""
    if born is None or born > today:
        return AgeBand.UNKNOWN
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    years = today.year - born.year - (not had_birthday)
    return AgeBand.ADULT if years >= ADULT_FROM_YEARS else AgeBand.MINOR
