"""What is heard that keeps a record: treatments, payments, serious cases.

It is noted on the record that the event names. Where that was merged into another, erasing looks
at both.
"""

from collections.abc import Sequence
from datetime import UTC

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.safety.v1 import events_pb2 as safety
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed
from services.consult.domain.patient.commands import NoteObligation
from services.consult.handlers.patient import PATIENT


def on_treated(event: sessions.SessionCompleted, delivery: Delivery) -> Sequence[Owed]:
    """A treatment keeps the record for the time of retention."""
    at = event.completed_at.ToDatetime(tzinfo=UTC)
    return [noted(NoteObligation(event.patient_id, delivery.occurred_at, last_treated_at=at))]


def on_ended_early(
    event: sessions.SessionAborted | sessions.SessionInterrupted, delivery: Delivery
) -> Sequence[Owed]:
    """A session that ended early is a treatment where anything was injected."""
    if not event.administrations:
        return []
    at = delivery.occurred_at
    return [noted(NoteObligation(event.patient_id, at, last_treated_at=at))]


def on_paid(event: billing.PaymentReceived, delivery: Delivery) -> Sequence[Owed]:
    """A payment keeps the record for the time of retention."""
    at = event.received_at.ToDatetime(tzinfo=UTC)
    return [noted(NoteObligation(event.patient_id, delivery.occurred_at, last_paid_at=at))]


def on_case_opened(event: safety.CaseOpened, delivery: Delivery) -> Sequence[Owed]:
    """A serious case keeps the record while it is open."""
    if not event.serious:
        return []
    at, case_id = delivery.occurred_at, event.case_id
    return [noted(NoteObligation(event.patient_id, at, serious_case_id=case_id))]


def noted(command: NoteObligation) -> Owed:
    """Return what is owed to the record that `command` names."""
    return Owed(PATIENT, command.patient_id, command)
