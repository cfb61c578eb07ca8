"""How a patient's record decides and changes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.chassis.kernel import Decider, Fact, Forget, Timer
from services.consult.domain.clinic.errors import ClinicNotFound
from services.consult.domain.patient import erasing, merging, obligations, photo, therapies
from services.consult.domain.patient.commands import (
    AbsorbPatient,
    AmendPatient,
    Command,
    EndTherapy,
    ErasePatient,
    LiftLegalHold,
    MergePatients,
    NoteObligation,
    NotePlan,
    PlaceLegalHold,
    RecordHistory,
    RecordTherapy,
    RegisterPatient,
    RetryErasure,
    SignPhotoConsent,
    WithdrawPhotoConsent,
)
from services.consult.domain.patient.erasing import ErasureFacts
from services.consult.domain.patient.errors import (
    LegalHoldNotFound,
    PatientDeceased,
    PatientNotFound,
)
from services.consult.domain.patient.events import (
    Event,
    GroundChanged,
    HistoryRecorded,
    LegalHoldLifted,
    LegalHoldPlaced,
    PatientAmended,
    PatientErased,
    PatientRegistered,
    PatientRestricted,
    PlanNoted,
)
from services.consult.domain.patient.evolution import evolve
from services.consult.domain.patient.merging import MergeFacts
from services.consult.domain.patient.model import Patient, PatientState, VitalStatus
from services.consult.domain.patient.standing import present, usable
from services.consult.domain.patient.vocabulary import refuse_unknown
from services.consult.domain.practitioner.model import Practitioner

Facts = bool | MergeFacts | Patient | ErasureFacts | Practitioner | None
Deciding = Callable[[Any, Patient], Sequence[Event]]


def decide(command: Command, state: Patient | None, facts: Facts) -> Sequence[Event]:
    """Return the events that `command` causes; `facts` are what its gather looked up."""
    kind = type(command)
    if kind in ON_OTHERS:
        return ON_OTHERS[kind](command, state, facts)
    if kind in ON_ANY:
        if state is None:
            raise PatientNotFound
        return ON_ANY[kind](command, state)
    return ON_USABLE[kind](command, usable(state))


def register(
    command: RegisterPatient, state: Patient | None, clinic_exists: bool
) -> Sequence[Event]:
    """Register a patient at a clinic of the chain."""
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


def record_history(command: RecordHistory, state: Patient) -> Sequence[Event]:
    """Record what is known of the health of somebody who lives, in codes that are known."""
    if state.vital_status is VitalStatus.DECEASED:
        raise PatientDeceased
    refuse_unknown(command.history, state.history, command.vocabulary, command.at)
    # Told most often before there is a plan: then nobody has to hear of it. The answer to the
    # caller is made of the last event.
    changed = [GroundChanged(command.patient_id, command.at)] if state.planned else []
    return [*changed, HistoryRecorded(command.patient_id, command.history, command.at)]


def note_plan(command: NotePlan, state: Patient) -> Sequence[Event]:
    """Note that there is a plan, once."""
    if state.planned or state.state is PatientState.ERASED:
        return []
    return [PlanNoted(state.patient_id, command.at)]


def amend(command: AmendPatient, state: Patient) -> Sequence[Event]:
    """Change what was given; the event says all of it as it is by then."""
    return [
        PatientAmended(
            patient_id=state.patient_id,
            vital_status=command.vital_status or state.vital_status,
            age_band=command.age_band or state.age_band,
            pregnancy_potential=command.pregnancy_potential or state.pregnancy_potential,
            identity=command.identity or state.identity,
            amended_at=command.at,
        )
    ]


def place_legal_hold(command: PlaceLegalHold, state: Patient) -> Sequence[Event]:
    """Forbid erasure, of a restricted record too."""
    held = present(state)
    return [LegalHoldPlaced(held.patient_id, command.legal_hold_id, command.note, command.at)]


def lift_legal_hold(command: LiftLegalHold, state: Patient) -> Sequence[Event]:
    """Lift a hold that the record has."""
    if command.legal_hold_id not in state.legal_hold_ids:
        raise LegalHoldNotFound
    return [LegalHoldLifted(state.patient_id, command.legal_hold_id, command.at)]


# Nothing else may begin with a record that is over, or that is kept by duty alone.
ON_USABLE: Mapping[type[Any], Deciding] = {
    RecordHistory: record_history,
    AmendPatient: amend,
    RecordTherapy: therapies.record,
    EndTherapy: therapies.end,
}
ON_ANY: Mapping[type[Any], Deciding] = {
    NotePlan: note_plan,
    NoteObligation: obligations.note,
    PlaceLegalHold: place_legal_hold,
    LiftLegalHold: lift_legal_hold,
    WithdrawPhotoConsent: photo.withdraw,
}
ON_OTHERS: Mapping[type[Any], Callable[[Any, Patient | None, Any], Sequence[Event]]] = {
    RegisterPatient: register,
    MergePatients: merging.merge,
    AbsorbPatient: merging.absorb,
    ErasePatient: erasing.erase,
    RetryErasure: erasing.retry,
    SignPhotoConsent: photo.sign,
}


def project(event: Event) -> Sequence[Fact]:
    """Return what follows an event: keys that go, and the time at which a duty is over."""
    match event:
        case PatientErased():
            return [Forget(owner) for owner in (event.patient_id, *event.merged_patient_ids)]
        case PatientRestricted(until=until) if until is not None:
            key = f"retry-erasure:{event.patient_id}"
            return [Timer(key, until, "retry_erasure", "patient", event.patient_id)]
        case _:
            return []


DECIDER: Decider[Patient, Command, Event, Facts] = Decider(decide, evolve, project)
