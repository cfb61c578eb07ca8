"""What is owed where a patient was merged or erased. All of it comes from events."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FollowMerge:
    """Find what is kept of a duplicate."""

    person_id: str
    patient_id: str
    into_patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FollowAgain:
    """Find what came to be kept of a merged patient meanwhile; again, until nothing is."""

    person_id: str
    patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ForgetPatient:
    """Destroy the keys of an erased patient."""

    person_id: str
    patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Repoint:
    """Let a record follow its patient's into the one that this was merged into."""

    record_id: str
    into_patient_id: str
    at: datetime


Command = FollowMerge | FollowAgain | ForgetPatient
