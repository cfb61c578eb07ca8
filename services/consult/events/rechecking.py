"""What becomes known of a patient or a place is held against the plans that rest on it."""

from collections.abc import Sequence
from typing import get_args

from google.protobuf.message import Message

from mesoflow.consult.v1 import events_pb2 as own
from services.chassis.delivery import Delivery, Policy
from services.chassis.handling import Owed, OwedToEach
from services.consult.domain.formulary.commands import RecheckPlans
from services.consult.domain.formulary.model import formulary_of
from services.consult.domain.patient.commands import NotePlan
from services.consult.domain.plan.commands import RecheckPlan
from services.consult.handlers.formulary import FORMULARY
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.plan import PLAN

Known = (
    own.PatientAmended
    | own.GroundChanged
    | own.TherapyRecorded
    | own.TherapyEnded
    | own.PatientAbsorbed
    | own.PatientRestricted
    | own.PatientErased
    | own.FindingsRecorded
    | own.ScreeningAnswered
    | own.SuitabilityAssessed
    | own.SuitabilityReviewed
)


def on_known_of_patient(event: Known, delivery: Delivery) -> Sequence[OwedToEach]:
    """Each plan of the patient is held against all that is known by now.

    A duplicate's have followed by the time that the record which stays has absorbed it.
    """
    return [OwedToEach(PLAN, "patient_id", event.patient_id, RecheckPlan)]


def on_plan_proposed(event: own.PlanProposed, delivery: Delivery) -> Sequence[Owed]:
    """The patient's record says that there is a plan before the plan is held against it: what was
    told before that is found now, and what is told later says so itself.
    """
    at = delivery.occurred_at
    return [
        Owed(PATIENT, event.patient_id, NotePlan(event.patient_id, at)),
        Owed(PLAN, event.plan_id, RecheckPlan(event.plan_id, at)),
    ]


def on_clinic_amended(event: own.ClinicAmended, delivery: Delivery) -> Sequence[Owed]:
    """Another law may hold at a clinic, and each open plan is held against that of its own."""
    formulary_id = formulary_of(delivery.chain_id)
    return [Owed(FORMULARY, formulary_id, RecheckPlans(formulary_id, delivery.occurred_at))]


# Every event that changes what a plan's gates rest on, beside the formulary's own.
RECHECKS: dict[type[Message], Policy] = {
    **dict.fromkeys(get_args(Known), on_known_of_patient),
    own.PlanProposed: on_plan_proposed,
    own.ClinicAmended: on_clinic_amended,
}
