"""What a cocktail is held against: the reference data with what the chain signed on top."""

from datetime import date

from services.chassis.handling import Reader
from services.consult.domain.clinic.model import Clinic
from services.consult.domain.cocktail.checks import Ground
from services.consult.domain.consultation.model import Consultation
from services.consult.domain.patient.model import Patient


async def ground(
    reader: Reader, patient: Patient, consultation: Consultation, clinic: Clinic, day: date
) -> Ground:
    """Return the ground for a patient at a clinic on a day."""
    raise NotImplementedError("D")
