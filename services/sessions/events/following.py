"""How what is kept here follows a patient who was merged or erased."""

from collections.abc import Sequence

from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.sessions.v1 import events_pb2 as own
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed
from services.sessions.domain.person.commands import FollowMerge, ForgetPatient, Repoint
from services.sessions.domain.person.model import person_id_of
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.lot import LOT
from services.sessions.handlers.outcome import OUTCOME
from services.sessions.handlers.person import PERSON
from services.sessions.handlers.reaction import REACTION
from services.sessions.handlers.session import SESSION


def on_patient_merged(event: consult.PatientMerged, delivery: Delivery) -> Sequence[Owed]:
    """All that is kept of a duplicate becomes the survivor's."""
    return [follow(event.patient_id, event.into_patient_id, delivery)]


def on_merge_followed(event: own.MergeFollowed, delivery: Delivery) -> Sequence[Owed]:
    """Each record follows; then a last look for what came while they were found."""
    kinds = (
        (COURSE, event.course_ids),
        (LOT, event.lot_ids),
        (OUTCOME, event.outcome_ids),
        (REACTION, event.reaction_ids),
        (SESSION, event.session_ids),
    )
    into, at = event.into_patient_id, delivery.occurred_at
    moves = [Owed(kind, key, Repoint(key, into, at)) for kind, keys in kinds for key in keys]
    return [*moves, follow(event.patient_id, into, delivery)]


def follow(patient_id: str, into_patient_id: str, delivery: Delivery) -> Owed:
    """Return the search for what is kept of a duplicate."""
    person_id = person_id_of(patient_id)
    command = FollowMerge(person_id, patient_id, into_patient_id, delivery.occurred_at)
    return Owed(PERSON, person_id, command)


def on_patient_erased(event: consult.PatientErased, delivery: Delivery) -> Sequence[Owed]:
    """What was typed of the patient, under any of their records, can no longer be read."""
    owed = []
    for patient_id in (event.patient_id, *event.merged_patient_ids):
        person_id = person_id_of(patient_id)
        command = ForgetPatient(person_id, patient_id, delivery.occurred_at)
        owed.append(Owed(PERSON, person_id, command))
    return owed
