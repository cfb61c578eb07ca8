"""How what is kept here follows a patient: who was merged or erased, died, or goes elsewhere."""

from collections.abc import Sequence
from datetime import datetime

from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.sessions.v1 import events_pb2 as own
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed, OwedToEach
from services.sessions.domain.person.commands import (
    FollowAgain,
    FollowMerge,
    ForgetPatient,
    Repoint,
)
from services.sessions.domain.person.model import person_id_of
from services.sessions.domain.session.commands import LookAtGates
from services.sessions.domain.sharing import ShareRecord
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.lot import LOT
from services.sessions.handlers.outcome import OUTCOME
from services.sessions.handlers.person import PERSON
from services.sessions.handlers.reaction import REACTION
from services.sessions.handlers.session import SESSION


def on_patient_merged(event: consult.PatientMerged, delivery: Delivery) -> Sequence[Owed]:
    """All that is kept of a duplicate becomes the survivor's."""
    person_id = person_id_of(event.patient_id)
    command = FollowMerge(person_id, event.patient_id, event.into_patient_id, delivery.occurred_at)
    return [Owed(PERSON, person_id, command)]


def on_merge_followed(event: own.MergeFollowed, delivery: Delivery) -> Sequence[Owed]:
    """Each record follows; then a look again: at the duplicate, for what came late, and at the
    record it went into, which may have been merged itself meanwhile."""
    kinds = (
        (COURSE, event.course_ids),
        (LOT, event.lot_ids),
        (OUTCOME, event.outcome_ids),
        (REACTION, event.reaction_ids),
        (SESSION, event.session_ids),
    )
    into, at = event.into_patient_id, delivery.occurred_at
    moves = [Owed(kind, key, Repoint(key, into, at)) for kind, keys in kinds for key in keys]
    return [*moves, *(follow_again(each, at) for each in (event.patient_id, into))]


def follow_again(patient_id: str, at: datetime) -> Owed:
    """Return the search for what came to be kept of a patient meanwhile."""
    person_id = person_id_of(patient_id)
    return Owed(PERSON, person_id, FollowAgain(person_id, patient_id, at))


def on_patient_erased(event: consult.PatientErased, delivery: Delivery) -> Sequence[Owed]:
    """What was typed of the patient, under any of their records, can no longer be read."""
    owed = []
    for patient_id in (event.patient_id, *event.merged_patient_ids):
        person_id = person_id_of(patient_id)
        command = ForgetPatient(person_id, patient_id, delivery.occurred_at)
        owed.append(Owed(PERSON, person_id, command))
    return owed


def on_course_moved(event: own.CourseMoved, delivery: Delivery) -> Sequence[OwedToEach]:
    """What is booked where the course was is given up; what was done and seen there is read."""
    course, patient, where = event.course_id, event.patient_id, (event.clinic_id,)
    return [
        OwedToEach(SESSION, "course_id", course, LookAtGates),
        OwedToEach(SESSION, "course_id", course, ShareRecord, where),
        OwedToEach(REACTION, "patient_id", patient, ShareRecord, where),
    ]


def on_patient_copied(event: own.PatientCopied, delivery: Delivery) -> Sequence[OwedToEach]:
    """What is booked for a patient who died is given up."""
    return [OwedToEach(SESSION, "patient_id", event.patient_id, LookAtGates)]
