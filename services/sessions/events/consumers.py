"""What sessions hears, and the commands that it makes it owe."""

from collections.abc import Sequence

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.clinical.v1 import cocktail_pb2, hold_pb2
from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.safety.v1 import events_pb2 as safety
from mesoflow.sessions.v1 import events_pb2 as own
from services.chassis.clock import derived_id
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.mapping import from_message
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.course.commands import (
    CloseCourse,
    OpenCourse,
    ProgressCourse,
    ScheduleCourse,
)
from services.sessions.domain.course.model import CourseCloseReason
from services.sessions.domain.gate.commands import (
    ApplyHold,
    CopyLicence,
    RaiseGate,
    ReleaseHold,
)
from services.sessions.domain.gate.model import gate_id_of
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.gate import GATE


def course_id_of(plan_id: str) -> str:
    """Return the id of the one course that a plan ever has."""
    return derived_id("course", plan_id)


def raise_gate(kind: HoldKind, subject_id: str, delivery: Delivery) -> Owed:
    """Return the raising of a subject's gate."""
    subject = HoldSubject(kind, subject_id)
    gate_id = gate_id_of(subject)
    return Owed(GATE, gate_id, RaiseGate(gate_id, subject, delivery.occurred_at))


def raise_ingredients(cocktail: cocktail_pb2.Cocktail, delivery: Delivery) -> list[Owed]:
    """Return the raising of the gate of each ingredient."""
    codes = [component.ingredient_code for component in cocktail.components]
    return [raise_gate(HoldKind.INGREDIENT, code, delivery) for code in codes]


# ── consult ─────────────────────────────────────────────────────────────────────────────────────


def on_patient_registered(event: consult.PatientRegistered, delivery: Delivery) -> Sequence[Owed]:
    """A patient can be held."""
    return [raise_gate(HoldKind.PATIENT, event.patient_id, delivery)]


def on_clinic_opened(event: consult.ClinicOpened, delivery: Delivery) -> Sequence[Owed]:
    """A clinic can be held."""
    return [raise_gate(HoldKind.CLINIC, event.clinic_id, delivery)]


def on_room_added(event: consult.RoomAdded, delivery: Delivery) -> Sequence[Owed]:
    """A room can be held."""
    return [raise_gate(HoldKind.ROOM, event.room_id, delivery)]


def on_practitioner_enrolled(
    event: consult.PractitionerEnrolled, delivery: Delivery
) -> Sequence[Owed]:
    """A practitioner can be held."""
    return [raise_gate(HoldKind.PRACTITIONER, event.practitioner_id, delivery)]


def on_licence_recorded(event: consult.LicenceRecorded, delivery: Delivery) -> Sequence[Owed]:
    """A start asks the copy of the licence, not consult."""
    subject = HoldSubject(HoldKind.PRACTITIONER, event.practitioner_id)
    gate_id = gate_id_of(subject)
    command = from_message(
        event, CopyLicence, gate_id=gate_id, subject=subject, at=delivery.occurred_at
    )
    return [Owed(GATE, gate_id, command)]


def on_plan_accepted(event: consult.PlanAccepted, delivery: Delivery) -> Sequence[Owed]:
    """An accepted plan has a course, and its ingredients can be held."""
    course_id = course_id_of(event.plan_id)
    command = from_message(event, OpenCourse, course_id=course_id, at=delivery.occurred_at)
    return [Owed(COURSE, course_id, command), *raise_ingredients(event.cocktail, delivery)]


def on_plan_withdrawn(event: consult.PlanWithdrawn, delivery: Delivery) -> Sequence[Owed]:
    """A withdrawn plan ends its course."""
    return [close_course(event.plan_id, CourseCloseReason.PLAN_WITHDRAWN, delivery)]


def on_consent_withdrawn(event: consult.ConsentWithdrawn, delivery: Delivery) -> Sequence[Owed]:
    """Without consent nothing more is done; a running session stops at its next step."""
    return [close_course(event.plan_id, CourseCloseReason.CONSENT_WITHDRAWN, delivery)]


def close_course(plan_id: str, reason: CourseCloseReason, delivery: Delivery) -> Owed:
    """Return the end of a plan's course."""
    course_id = course_id_of(plan_id)
    return Owed(COURSE, course_id, CloseCourse(course_id, reason, delivery.occurred_at))


# ── billing ─────────────────────────────────────────────────────────────────────────────────────


def on_deposit_paid(event: billing.DepositPaid, delivery: Delivery) -> Sequence[Owed]:
    """A paid deposit schedules the course; one that is not open yet makes the event wait."""
    course_id = course_id_of(event.plan_id)
    return [Owed(COURSE, course_id, ScheduleCourse(course_id, delivery.occurred_at))]


# ── safety ──────────────────────────────────────────────────────────────────────────────────────


def subject_in(message: hold_pb2.HoldSubject) -> HoldSubject:
    """Return the subject that `message` names."""
    return from_message(message, HoldSubject)


def on_hold_placed(event: safety.HoldPlaced, delivery: Delivery) -> Sequence[Owed]:
    """From here on no session starts with the subject."""
    subject = subject_in(event.subject)
    gate_id = gate_id_of(subject)
    command = ApplyHold(gate_id, event.hold_id, subject, event.provisional, delivery.occurred_at)
    return [Owed(GATE, gate_id, command)]


def on_hold_lifted(event: safety.HoldLifted, delivery: Delivery) -> Sequence[Owed]:
    """This hold keeps no session from starting any more."""
    gate_id = gate_id_of(subject_in(event.subject))
    return [Owed(GATE, gate_id, ReleaseHold(gate_id, event.hold_id, delivery.occurred_at))]


# ── own ─────────────────────────────────────────────────────────────────────────────────────────


def on_lot_received(event: own.LotReceived, delivery: Delivery) -> Sequence[Owed]:
    """A lot, its product and its ingredients can be held."""
    return [
        raise_gate(HoldKind.LOT, event.lot_id, delivery),
        raise_gate(HoldKind.PRODUCT, event.product_code, delivery),
        *raise_ingredients(event.contents, delivery),
    ]


def on_session_completed(event: own.SessionCompleted, delivery: Delivery) -> Sequence[Owed]:
    """A performed session counts for its course."""
    command = ProgressCourse(event.course_id, event.session_id, event.number, delivery.occurred_at)
    return [Owed(COURSE, event.course_id, command)]


def on_session_ended_early(
    event: own.SessionAborted | own.SessionInterrupted, delivery: Delivery
) -> Sequence[Owed]:
    """The gap to the next session runs from any injection, a session's that ended early too."""
    if not event.administrations:
        return []
    command = ProgressCourse(event.course_id, event.session_id, None, delivery.occurred_at)
    return [Owed(COURSE, event.course_id, command)]


HEARINGS = (
    Hearing(
        "sessions",
        "consult",
        {
            consult.ClinicOpened: on_clinic_opened,
            consult.RoomAdded: on_room_added,
            consult.PractitionerEnrolled: on_practitioner_enrolled,
            consult.LicenceRecorded: on_licence_recorded,
            consult.PatientRegistered: on_patient_registered,
            consult.PlanAccepted: on_plan_accepted,
            consult.PlanWithdrawn: on_plan_withdrawn,
            consult.ConsentWithdrawn: on_consent_withdrawn,
        },
    ),
    Hearing("sessions", "billing", {billing.DepositPaid: on_deposit_paid}),
    Hearing(
        "sessions",
        "safety",
        {safety.HoldPlaced: on_hold_placed, safety.HoldLifted: on_hold_lifted},
    ),
    Hearing(
        "sessions",
        "sessions",
        {
            own.LotReceived: on_lot_received,
            own.SessionCompleted: on_session_completed,
            own.SessionAborted: on_session_ended_early,
            own.SessionInterrupted: on_session_ended_early,
        },
    ),
)
