"""What became of a patient: merged into another, or erased."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import derived_id


@dataclass(frozen=True, slots=True)
class Person:
    """A patient who was merged or erased; there is none of any other.

    `hold_ids` are the holds on the duplicate that were carried to the survivor. They stay where
    they are as well, so nothing else tells that they were.
    """

    person_id: str
    patient_id: str
    into_patient_id: str | None
    hold_ids: tuple[str, ...]
    forgotten_at: datetime | None


def person_id_of(patient_id: str) -> str:
    """Return the id that a patient's person always has."""
    return derived_id("person", patient_id)
