"""The patient as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.consult.domain.patient.commands import (
    AbsorbPatient,
    Command,
    ErasePatient,
    MergePatients,
    RegisterPatient,
    RetryErasure,
    SignPhotoConsent,
)
from services.consult.domain.patient.decider import DECIDER, Facts
from services.consult.domain.patient.erasing import ErasureFacts
from services.consult.domain.patient.events import Event
from services.consult.domain.patient.merging import MergeFacts
from services.consult.domain.patient.model import Patient
from services.consult.domain.practitioner.model import Practitioner
from services.consult.domain.sharing import RecordShared, ShareRecord, sharing
from services.consult.handlers.directory import CLINIC, PRACTITIONER
from services.consult.handlers.documents import CONSULTATIONS, PLANS
from services.consult.handlers.formulary import policy_of


async def gather_clinic(command: RegisterPatient, state: Patient | None, reader: Reader) -> bool:
    """Tell whether the clinic is one of the chain."""
    return await reader.get(CLINIC, command.clinic_id) is not None


async def gather_merge(command: MergePatients, state: Patient | None, reader: Reader) -> MergeFacts:
    """Look up the record that stays, and what goes along.

    Consultations and plans are not held still, for whoever holds one of them reads its patient:
    none can be begun for this one while it is held here.
    """
    key, absorbed = command.patient_id, state.merged_patient_ids if state else ()
    merged = await reader.ids(PATIENT, "into_patient_id", key)
    survivor = await reader.get(PATIENT, command.into_patient_id)
    return MergeFacts(
        survivor=survivor,
        unabsorbed_ids=tuple(each for each in merged if each not in absorbed),
        consultation_ids=tuple(await reader.ids(CONSULTATIONS, "patient_id", key)),
        plan_ids=tuple(await reader.ids(PLANS, "patient_id", key)),
    )


async def gather_duplicate(
    command: AbsorbPatient, state: Patient | None, reader: Reader
) -> Patient | None:
    """Look up the record that was merged."""
    return await reader.get(PATIENT, command.merged_patient_id)


async def gather_erasure(
    command: ErasePatient | RetryErasure, state: Patient | None, reader: Reader
) -> ErasureFacts | None:
    """Look up every record of the person, their accepted plans, and the chain's numbers."""
    if state is None:
        return None
    merged = await merged_into(state, reader)
    plan_ids = [
        plan_id
        for record in (state, *merged)
        for plan_id in await reader.ids(PLANS, "accepted_for", record.patient_id)
    ]
    policy = await policy_of(reader, command.at.date())
    return ErasureFacts(merged, tuple(plan_ids), policy)


async def gather_witness(
    command: SignPhotoConsent, state: Patient | None, reader: Reader
) -> Practitioner | None:
    """Look up who takes the signature."""
    return await reader.get(PRACTITIONER, command.practitioner_id)


async def merged_into(state: Patient, reader: Reader) -> tuple[Patient, ...]:
    """Return all records merged into this one, those too that it has not taken in yet."""
    found = await reader.find(PATIENT, "into_patient_id", state.patient_id)
    records = {record.patient_id: record for record in found}
    absorbed = {*state.merged_patient_ids, *(m for r in found for m in r.merged_patient_ids)}
    for patient_id in sorted(absorbed - records.keys()):
        if record := await reader.get(PATIENT, patient_id):
            records[patient_id] = record
    return tuple(records.values())


PATIENT: Aggregate[Patient, Command | ShareRecord, Event | RecordShared, Facts] = Aggregate(
    "patient",
    sharing(DECIDER),
    Patient,
    shape=3,
    gathers={
        RegisterPatient: gather_clinic,
        MergePatients: gather_merge,
        AbsorbPatient: gather_duplicate,
        ErasePatient: gather_erasure,
        RetryErasure: gather_erasure,
        SignPhotoConsent: gather_witness,
    },
)
