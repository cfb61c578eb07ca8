"""What happens to the patients that records here are about, and to those records with them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MergeFollowed:
    """A patient's record was merged into another's; these rows follow it."""

    person_id: str
    patient_id: str
    into_patient_id: str
    quote_ids: tuple[str, ...]
    account_ids: tuple[str, ...]
    invoice_ids: tuple[str, ...]
    followed_at: datetime


@dataclass(frozen=True, slots=True)
class PatientForgotten:
    """A patient was erased, and with them the keys that this service kept."""

    person_id: str
    patient_id: str
    forgotten_at: datetime


@dataclass(frozen=True, slots=True)
class RecordRepointed:
    """A row belongs to the record that its patient's was merged into."""

    record_id: str
    patient_id: str
    former_patient_id: str
    repointed_at: datetime


Event = MergeFollowed | PatientForgotten
