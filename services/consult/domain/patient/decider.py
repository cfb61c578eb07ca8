"""How a patient's record decides and changes."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel import Decider
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.patient.commands import Command, RecordHistory, RegisterPatient
from services.consult.domain.patient.errors import PatientDeceased, PatientNotFound
from services.consult.domain.patient.events import Event, HistoryRecorded, PatientRegistered
from services.consult.domain.patient.model import Patient, PatientState, VitalStatus


def decide(command: Command, state: Patient | None, clinic_exists: bool | None) -> Sequence[Event]:
    """Return the events that `command` causes; `clinic_exists` is looked up for a registration."""
    match command, state:
        case RegisterPatient(), _:
            if not clinic_exists:
                raise ClinicNotFound(clinic_id=command.clinic_id)
            return [
                PatientRegistered(
                    patient_id=command.patient_id,
                    clinic_id=command.clinic_id,
                    vital_status=command.vital_status,
                    age_band=command.age_band,
                    pregnancy_potential=command.pregnancy_potential,
                    identity=command.identity,
                    registered_at=command.at,
                )
            ]
        case RecordHistory(), Patient():
            if state.vital_status is VitalStatus.DECEASED:
                raise PatientDeceased
            return [HistoryRecorded(command.patient_id, command.history, command.at)]
        case _:
            raise PatientNotFound


def evolve(state: Patient | None, event: Event) -> Patient:
    """Return the state after `event`."""
    match event:
        case PatientRegistered():
            return Patient(
                patient_id=event.patient_id,
                state=PatientState.ACTIVE,
                clinic_id=event.clinic_id,
                vital_status=event.vital_status,
                age_band=event.age_band,
                pregnancy_potential=event.pregnancy_potential,
                identity=event.identity,
                history=None,
                registered_at=event.registered_at,
                history_recorded_at=None,
            )
        case HistoryRecorded():
            assert state is not None, "a patient is registered before a history is recorded"
            return replace(state, history=event.history, history_recorded_at=event.recorded_at)


DECIDER: Decider[Patient, Command, Event, bool | None] = Decider(decide, evolve)
