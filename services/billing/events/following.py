"""What billing does about a patient who was merged into another, or erased."""

from collections.abc import Sequence

from mesoflow.billing.v1 import events_pb2 as billing_events
from mesoflow.consult.v1 import events_pb2 as consult_events
from services.billing.domain.person.commands import (
    FollowAgain,
    FollowMerge,
    ForgetPatient,
    Repoint,
)
from services.billing.domain.person.model import person_id_of
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.invoice import INVOICE
from services.billing.handlers.person import PERSON
from services.billing.handlers.quote import QUOTE
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed


def follow_merge(event: consult_events.PatientMerged, delivery: Delivery) -> Sequence[Owed]:
    """Find what is kept of the duplicate."""
    person_id = person_id_of(event.patient_id)
    command = FollowMerge(person_id, event.patient_id, event.into_patient_id, delivery.occurred_at)
    return [Owed(PERSON, person_id, command)]


def repoint_records(event: billing_events.MergeFollowed, delivery: Delivery) -> Sequence[Owed]:
    """Let each record follow, then look again: at the duplicate, for what came late, and at the
    record it went into, which may have been merged itself meanwhile."""
    into, at = event.into_patient_id, delivery.occurred_at
    repointed = [
        *(Owed(QUOTE, each, Repoint(each, into, at)) for each in event.quote_ids),
        *(Owed(ACCOUNT, each, Repoint(each, into, at)) for each in event.account_ids),
        *(Owed(INVOICE, each, Repoint(each, into, at)) for each in event.invoice_ids),
    ]
    again = [
        Owed(
            PERSON, person_id_of(patient_id), FollowAgain(person_id_of(patient_id), patient_id, at)
        )
        for patient_id in (event.patient_id, into)
    ]
    return [*repointed, *again]


def forget_patient(event: consult_events.PatientErased, delivery: Delivery) -> Sequence[Owed]:
    """Destroy the keys of the person, those of the records that were merged into theirs too."""
    return [
        Owed(
            PERSON,
            person_id_of(each),
            ForgetPatient(person_id_of(each), each, delivery.occurred_at),
        )
        for each in (event.patient_id, *event.merged_patient_ids)
    ]
