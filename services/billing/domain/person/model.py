"""What became of a patient: merged into another, or erased."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import derived_id


@dataclass(frozen=True, slots=True)
class Person:
    """A patient who was merged or erased; there is none of any other."""

    person_id: str
    patient_id: str
    into_patient_id: str | None
    forgotten_at: datetime | None


def person_id_of(patient_id: str) -> str:
    """Return the id that a patient's person always has."""
    return derived_id("person", patient_id)
