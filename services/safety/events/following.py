"""How what is kept here follows a patient who was merged or erased."""

from collections.abc import Sequence
from datetime import datetime

from mesoflow.consult.v1 import events_pb2 as consult_events
from mesoflow.safety.v1 import events_pb2 as own
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.safety.domain.exposure.commands import RepointExposure
from services.safety.domain.hold.commands import CarryHold
from services.safety.domain.person.commands import (
    FollowAgain,
    FollowMerge,
    ForgetPatient,
    Repoint,
)
from services.safety.domain.person.model import person_id_of
from services.safety.handlers.case import CASE
from services.safety.handlers.exposure import EXPOSURE
from services.safety.handlers.hold import HOLD
from services.safety.handlers.person import PERSON


def on_patient_merged(event: consult_events.PatientMerged, delivery: Delivery) -> Sequence[Owed]:
    """All that is kept of a duplicate becomes the survivor's."""
    person_id = person_id_of(event.patient_id)
    command = FollowMerge(person_id, event.patient_id, event.into_patient_id, delivery.occurred_at)
    return [Owed(PERSON, person_id, command)]


def on_merge_followed(event: own.MergeFollowed, delivery: Delivery) -> Sequence[Owed]:
    """Each hold is carried, each record follows; then a look again: at the duplicate, for what
    came late, and at the record it went into, which may have been merged itself meanwhile.

    Holds come first: the survivor is held before anything else is theirs.
    """
    into, at = event.into_patient_id, delivery.occurred_at
    owed = []
    for former_id in event.hold_ids:
        hold_id = derived_id("hold", former_id, into)
        owed.append(Owed(HOLD, hold_id, CarryHold(hold_id, former_id, into, at)))
    owed += [
        Owed(EXPOSURE, session_id, RepointExposure(session_id, into, at))
        for session_id in event.exposure_session_ids
    ]
    owed += [Owed(CASE, case_id, Repoint(case_id, into, at)) for case_id in event.case_ids]
    return [*owed, *(follow_again(each, at) for each in (event.patient_id, into))]


def follow_again(patient_id: str, at: datetime) -> Owed:
    """Return the search for what came to be kept of a patient meanwhile."""
    person_id = person_id_of(patient_id)
    return Owed(PERSON, person_id, FollowAgain(person_id, patient_id, at))


def on_patient_erased(event: consult_events.PatientErased, delivery: Delivery) -> Sequence[Owed]:
    """What was typed of the patient, under any of their records, can no longer be read."""
    owed = []
    for patient_id in (event.patient_id, *event.merged_patient_ids):
        person_id = person_id_of(patient_id)
        command = ForgetPatient(person_id, patient_id, delivery.occurred_at)
        owed.append(Owed(PERSON, person_id, command))
    return owed
