"""What consult hears, and what it then owes. Every policy is harmless when it is repeated."""

from collections.abc import Sequence
from datetime import UTC

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.consult.v1 import events_pb2 as own
from mesoflow.safety.v1 import events_pb2 as safety
from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.mapping import from_message
from services.consult.domain.plan.commands import AttachQuote
from services.consult.domain.response.commands import CountSession, NoteOutcome
from services.consult.domain.response.model import response_of
from services.consult.events.following import (
    on_formulary_applied,
    on_patient_merged,
    on_plan_changed,
    on_plan_moved,
)
from services.consult.events.obligations import (
    on_case_opened,
    on_ended_early,
    on_paid,
    on_treated,
)
from services.consult.events.rechecking import RECHECKS
from services.consult.handlers.plan import PLAN
from services.consult.handlers.response import RESPONSE


def attach_quote(event: billing.QuoteIssued, delivery: Delivery) -> Sequence[Owed]:
    """A quote belongs to its plan."""
    return [Owed(PLAN, event.plan_id, from_message(event, AttachQuote, at=delivery.occurred_at))]


def on_session_completed(event: sessions.SessionCompleted, delivery: Delivery) -> Sequence[Owed]:
    """A performed session keeps the record, and counts for the plan's response."""
    response_id = response_of(event.plan_id)
    command = CountSession(
        response_id=response_id,
        plan_id=event.plan_id,
        session_id=event.session_id,
        performed_at=event.completed_at.ToDatetime(tzinfo=UTC),
        at=delivery.occurred_at,
    )
    return [*on_treated(event, delivery), Owed(RESPONSE, response_id, command)]


def on_outcome_measured(event: sessions.OutcomeMeasured, delivery: Delivery) -> Sequence[Owed]:
    """A measure counts for the plan's response."""
    response_id = response_of(event.plan_id)
    command = from_message(event, NoteOutcome, response_id=response_id, at=delivery.occurred_at)
    return [Owed(RESPONSE, response_id, command)]


HEARINGS = (
    Hearing(
        "consult",
        "billing",
        {billing.QuoteIssued: attach_quote, billing.PaymentReceived: on_paid},
    ),
    Hearing(
        "consult",
        "sessions",
        {
            sessions.SessionCompleted: on_session_completed,
            sessions.SessionAborted: on_ended_early,
            sessions.SessionInterrupted: on_ended_early,
            sessions.OutcomeMeasured: on_outcome_measured,
        },
    ),
    Hearing("consult", "safety", {safety.CaseOpened: on_case_opened}),
    Hearing(
        "consult",
        "consult",
        {
            own.PatientMerged: on_patient_merged,
            own.FormularyApplied: on_formulary_applied,
            own.PlanAmended: on_plan_changed,
            own.PlanMoved: on_plan_moved,
            **RECHECKS,
        },
    ),
)
