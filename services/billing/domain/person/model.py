"""What became of a patient: merged into another, or erased."""

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5


@dataclass(frozen=True, slots=True)
class Person:
    """A patient who was merged or erased; there is none of any other."""

    person_id: str
    patient_id: str
    into_patient_id: str | None
    forgotten_at: datetime | None


def person_of(patient_id: str) -> str:
    """Return the id of what is known here of a patient: derived_id("person", patient_id).

    Worked out here too since rules and handlers may not import the chassis's clock.
    """
    return str(uuid5(NAMESPACE_OID, f"person\x1f{patient_id}"))
