"""How a patient's record changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.consult.domain.patient.events import (
    Event,
    GroundChanged,
    HistoryRecorded,
    LegalHoldLifted,
    LegalHoldPlaced,
    ObligationNoted,
    PatientAbsorbed,
    PatientAmended,
    PatientErased,
    PatientMerged,
    PatientRegistered,
    PatientRestricted,
    PhotoConsentSigned,
    PhotoConsentWithdrawn,
    PlanNoted,
    TherapyEnded,
    TherapyRecorded,
)
from services.consult.domain.patient.model import Patient, PatientState
from services.consult.domain.patient.obligations import noted
from services.consult.domain.patient.therapies import ended


def evolve(state: Patient | None, event: Event) -> Patient:
    """Return the state after `event`."""
    if isinstance(event, PatientRegistered):
        return registered(event)
    assert state is not None, "a patient is registered before anything else"
    return CHANGES[type(event)](state, event)


def registered(event: PatientRegistered) -> Patient:
    """Return the record that begins."""
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


def recorded(state: Patient, event: HistoryRecorded) -> Patient:
    return replace(state, history=event.history, history_recorded_at=event.recorded_at)


def amended(state: Patient, event: PatientAmended) -> Patient:
    """Return the record as amended; with another potential, suitability is assessed anew."""
    other = event.pregnancy_potential is not state.pregnancy_potential
    return replace(
        outdating(state, event.amended_at) if other else state,
        vital_status=event.vital_status,
        age_band=event.age_band,
        pregnancy_potential=event.pregnancy_potential,
        identity=event.identity,
    )


def outdating(state: Patient, at: datetime) -> Patient:
    """Return `state` with a history newer than any assessment: what rules rest on has changed."""
    return replace(state, history_recorded_at=at) if state.history is not None else state


def therapy_recorded(state: Patient, event: TherapyRecorded) -> Patient:
    retold = outdating(state, event.recorded_at)
    return replace(retold, therapies=(*state.therapies, event.therapy))


def therapy_ended(state: Patient, event: TherapyEnded) -> Patient:
    retold = outdating(state, event.recorded_at)
    return replace(retold, therapies=ended(state.therapies, event))


def merged(state: Patient, event: PatientMerged) -> Patient:
    return replace(state, state=PatientState.MERGED, into_patient_id=event.into_patient_id)


def absorbed(state: Patient, event: PatientAbsorbed) -> Patient:
    """Return the record with the duplicate's; what was assessed before is made anew."""
    return replace(
        state,
        history=event.history,
        history_recorded_at=event.absorbed_at if event.history else state.history_recorded_at,
        pregnancy_potential=event.pregnancy_potential,
        therapies=event.therapies,
        merged_patient_ids=(*state.merged_patient_ids, event.merged_patient_id),
        further_clinic_ids=event.further_clinic_ids,
        # The duplicate may have been planned for.
        planned=True,
    )


def hold_placed(state: Patient, event: LegalHoldPlaced) -> Patient:
    return replace(state, legal_hold_ids=(*state.legal_hold_ids, event.legal_hold_id))


def hold_lifted(state: Patient, event: LegalHoldLifted) -> Patient:
    left = tuple(hold for hold in state.legal_hold_ids if hold != event.legal_hold_id)
    return replace(state, legal_hold_ids=left)


def restricted(state: Patient, event: PatientRestricted) -> Patient:
    return replace(state, state=PatientState.RESTRICTED, restricted_until=event.until)


def erased(state: Patient, event: PatientErased) -> Patient:
    """Return what is left: that there was somebody, and when they were last treated."""
    return replace(
        state,
        state=PatientState.ERASED,
        merged_patient_ids=event.merged_patient_ids,
        identity=None,
        history=None,
        therapies=(),
        photo_consent_id=None,
        photo_purposes=(),
        restricted_until=None,
    )


def photo_signed(state: Patient, event: PhotoConsentSigned) -> Patient:
    return replace(state, photo_consent_id=event.photo_consent_id, photo_purposes=event.purposes)


def photo_withdrawn(state: Patient, event: PhotoConsentWithdrawn) -> Patient:
    return replace(state, photo_consent_id=None, photo_purposes=())


CHANGES: Mapping[type[Any], Callable[[Patient, Any], Patient]] = {
    HistoryRecorded: recorded,
    PatientAmended: amended,
    TherapyRecorded: therapy_recorded,
    TherapyEnded: therapy_ended,
    PatientMerged: merged,
    PatientAbsorbed: absorbed,
    LegalHoldPlaced: hold_placed,
    LegalHoldLifted: hold_lifted,
    PlanNoted: lambda state, event: replace(state, planned=True),
    GroundChanged: lambda state, event: state,
    ObligationNoted: noted,
    PatientRestricted: restricted,
    PatientErased: erased,
    PhotoConsentSigned: photo_signed,
    PhotoConsentWithdrawn: photo_withdrawn,
}
