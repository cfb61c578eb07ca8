"""Who may sign: somebody whose licence holds today, and where it takes one, a physician.

Today is a day of the clinic that the signature is for; of one for no clinic it is that of UTC.
"""

from datetime import date

from services.consult.domain.plan.errors import ProfessionNotAllowed
from services.consult.domain.practitioner.errors import (
    LicenceLapsed,
    ResponsiblePractitionerRequired,
)
from services.consult.domain.practitioner.model import Practitioner, Profession


def refuse_unless_licensed(practitioner: Practitioner | None, day: date) -> None:
    """Refuse somebody who is not enrolled, or holds no licence on `day`: it signs nothing."""
    if practitioner is None or not practitioner.licensed_on(day):
        raise LicenceLapsed


def refuse_unless_licensed_physician(practitioner: Practitioner | None, day: date) -> None:
    """Refuse anyone else: the doctor proposes and takes consent personally (DOMAIN 8 [R145])."""
    if practitioner is not None and practitioner.profession is not Profession.PHYSICIAN:
        raise ProfessionNotAllowed
    refuse_unless_licensed(practitioner, day)


def refuse_elsewhere(practitioner: Practitioner | None, clinic_id: str) -> None:
    """Refuse somebody who does not work at the clinic that the signature is for."""
    if practitioner is None or clinic_id not in practitioner.clinic_ids:
        raise ResponsiblePractitionerRequired(clinic_id=clinic_id)
