"""The patient as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.consult.domain.patient.commands import Command, RegisterPatient
from services.consult.domain.patient.decider import DECIDER
from services.consult.domain.patient.events import Event
from services.consult.domain.patient.model import Patient
from services.consult.handlers.directory import CLINIC


async def gather_clinic(command: RegisterPatient, state: Patient | None, reader: Reader) -> bool:
    """Tell whether the clinic is one of the chain."""
    return await reader.get(CLINIC, command.clinic_id) is not None


PATIENT: Aggregate[Patient, Command, Event, bool | None] = Aggregate(
    "patient", DECIDER, Patient, shape=2, gathers={RegisterPatient: gather_clinic}
)
