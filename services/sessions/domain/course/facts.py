"""What a course must know of other rows, held still until its command is stored."""

from dataclasses import dataclass

from services.chassis.kernel import Violation
from services.sessions.domain.gate.errors import SubjectUnknown


@dataclass(frozen=True, slots=True)
class Ground:
    """The record that the patient's is now, and the time zone whose days count at the clinic.

    Each is None where the command does not ask for it; the zone also of a clinic that has not
    been heard of yet.
    """

    patient_id: str | None = None
    time_zone: str | None = None


def zone_in(facts: Ground | None, clinic_id: str) -> str:
    """Return the clinic's time zone, or refuse one that is not known yet."""
    if facts is None or facts.time_zone is None:
        raise SubjectUnknown(violations=[Violation("CLINIC", clinic_id)])
    return facts.time_zone
