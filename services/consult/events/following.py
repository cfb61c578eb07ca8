"""What consult hears of itself: duplicates become one record, new terms reach open plans, and
the clinic that a plan is moved to reaches its patient."""

from collections.abc import Sequence

from mesoflow.consult.v1 import events_pb2 as own
from services.chassis.delivery import Delivery
from services.chassis.handling import AnyAggregate, Owed
from services.consult.domain.following import Repoint
from services.consult.domain.patient.commands import AbsorbPatient
from services.consult.domain.plan.commands import RecheckPlan
from services.consult.domain.response.commands import KeepToPlan
from services.consult.domain.response.model import response_of
from services.consult.domain.sharing import ShareRecord
from services.consult.handlers.consultation import CONSULTATION
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.plan import PLAN
from services.consult.handlers.response import RESPONSE


def on_patient_merged(event: own.PatientMerged, delivery: Delivery) -> Sequence[Owed]:
    """The record that stays takes the duplicate in, and all that was the duplicate's follows."""
    into, at = event.into_patient_id, delivery.occurred_at
    followers: list[tuple[AnyAggregate, str]] = [
        *((CONSULTATION, record_id) for record_id in event.consultation_ids),
        *((PLAN, record_id) for record_id in event.plan_ids),
        *((RESPONSE, response_of(record_id)) for record_id in event.plan_ids),
    ]
    return [
        Owed(PATIENT, into, AbsorbPatient(into, event.patient_id, at)),
        *(Owed(aggregate, key, Repoint(key, into, at)) for aggregate, key in followers),
    ]


def on_formulary_applied(event: own.FormularyApplied, delivery: Delivery) -> Sequence[Owed]:
    """Each open plan is held against the terms that came into force."""
    at = delivery.occurred_at
    return [Owed(PLAN, plan_id, RecheckPlan(plan_id, at)) for plan_id in event.plan_ids]


def on_plan_changed(event: own.PlanAmended | own.PlanMoved, delivery: Delivery) -> Sequence[Owed]:
    """A plan's response is where the plan is."""
    response_id = response_of(event.plan_id)
    return [
        Owed(RESPONSE, response_id, KeepToPlan(response_id, event.plan_id, delivery.occurred_at))
    ]


def on_plan_moved(event: own.PlanMoved, delivery: Delivery) -> Sequence[Owed]:
    """The clinic that a plan is moved to reaches whom it is for, and why; the response follows."""
    at, where = delivery.occurred_at, event.clinic_id
    records = ((PATIENT, event.patient_id), (CONSULTATION, event.consultation_id))
    shared = [Owed(kind, key, ShareRecord(key, at, where)) for kind, key in records]
    return [*shared, *on_plan_changed(event, delivery)]
