"""What sessions hears, and the commands that it makes it owe."""

from collections.abc import Sequence
from datetime import date

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.clinical.v1 import cocktail_pb2, hold_pb2
from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.safety.v1 import events_pb2 as safety
from mesoflow.sessions.v1 import events_pb2 as own
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.chassis.mapping import from_message
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.course.commands import (
    CloseCourse,
    MoveCourse,
    OpenCourse,
    ProgressCourse,
    ResumeCourse,
    ScheduleCourse,
    SuspendCourse,
    TakeOnCourse,
)
from services.sessions.domain.course.model import CourseCloseReason
from services.sessions.domain.gate.commands import (
    ApplyHold,
    CopyClinic,
    CopyLicence,
    CopyPatient,
    CopyRoom,
    RaiseGate,
    ReleaseHold,
)
from services.sessions.domain.gate.model import gate_id_of
from services.sessions.events.following import (
    on_course_moved,
    on_merge_followed,
    on_patient_copied,
    on_patient_erased,
    on_patient_merged,
)
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


def on_patient_known(
    event: consult.PatientRegistered | consult.PatientAmended, delivery: Delivery
) -> Sequence[Owed]:
    """A patient can be held, and nothing is done to one who died."""
    subject = HoldSubject(HoldKind.PATIENT, event.patient_id)
    gate_id = gate_id_of(subject)
    command = from_message(
        event, CopyPatient, gate_id=gate_id, subject=subject, at=delivery.occurred_at
    )
    return [Owed(GATE, gate_id, command)]


def on_clinic_opened(
    event: consult.ClinicOpened | consult.ClinicAmended, delivery: Delivery
) -> Sequence[Owed]:
    """A clinic can be held, and days of its sessions are days of its time zone."""
    subject = HoldSubject(HoldKind.CLINIC, event.clinic_id)
    gate_id = gate_id_of(subject)
    command = CopyClinic(gate_id, subject, event.time_zone, delivery.occurred_at)
    return [Owed(GATE, gate_id, command)]


def on_room_added(event: consult.RoomAdded, delivery: Delivery) -> Sequence[Owed]:
    """A room can be held, and is used by its own clinic alone."""
    subject = HoldSubject(HoldKind.ROOM, event.room_id)
    gate_id = gate_id_of(subject)
    return [Owed(GATE, gate_id, CopyRoom(gate_id, subject, event.clinic_id, delivery.occurred_at))]


def on_practitioner_enrolled(
    event: consult.PractitionerEnrolled, delivery: Delivery
) -> Sequence[Owed]:
    """A practitioner can be held."""
    return [raise_gate(HoldKind.PRACTITIONER, event.practitioner_id, delivery)]


def on_licence_recorded(
    event: consult.LicenceRecorded | consult.LicenceRevoked, delivery: Delivery
) -> Sequence[Owed]:
    """A start asks the copy of the licence, not consult; a revoked one ended the day before."""
    subject = HoldSubject(HoldKind.PRACTITIONER, event.practitioner_id)
    gate_id = gate_id_of(subject)
    command = from_message(
        event, CopyLicence, gate_id=gate_id, subject=subject, at=delivery.occurred_at
    )
    return [Owed(GATE, gate_id, command)]


def on_plan_accepted(event: consult.PlanAccepted, delivery: Delivery) -> Sequence[Owed]:
    """An accepted plan has a course, and its ingredients can be held."""
    course_id = course_id_of(event.plan_id)
    command = from_message(
        event,
        OpenCourse,
        course_id=course_id,
        last_performed_on=last_performed_on(event),
        at=delivery.occurred_at,
    )
    return [Owed(COURSE, course_id, command), *raise_ingredients(event.cocktail, delivery)]


def last_performed_on(event: consult.PlanAccepted) -> date | None:
    """Return the day of the last session that another system performed."""
    if not event.imported.HasField("last_performed_on"):
        return None
    last = event.imported.last_performed_on
    return date(last.year, last.month, last.day)


def on_plan_amended(event: consult.PlanAmended, delivery: Delivery) -> Sequence[Owed]:
    """Until the changed plan is accepted nothing is booked or started."""
    course_id = course_id_of(event.plan_id)
    command = SuspendCourse(course_id, event.terms_version, delivery.occurred_at)
    return [Owed(COURSE, course_id, command)]


def on_plan_flagged(event: consult.PlanFlagged, delivery: Delivery) -> Sequence[Owed]:
    """A plan that no longer passes gives no session."""
    course_id = course_id_of(event.plan_id)
    return [Owed(COURSE, course_id, SuspendCourse(course_id, 0, delivery.occurred_at))]


def on_plan_cleared(event: consult.PlanCleared, delivery: Delivery) -> Sequence[Owed]:
    """A plan that passes again gives sessions again."""
    course_id = course_id_of(event.plan_id)
    return [Owed(COURSE, course_id, ResumeCourse(course_id, delivery.occurred_at))]


def on_plan_moved(event: consult.PlanMoved, delivery: Delivery) -> Sequence[Owed]:
    """A moved plan's sessions take place at its new clinic."""
    course_id = course_id_of(event.plan_id)
    command = MoveCourse(course_id, event.clinic_id, delivery.occurred_at)
    return [Owed(COURSE, course_id, command)]


def on_responsibility_signed(
    event: consult.ResponsibilitySigned, delivery: Delivery
) -> Sequence[Owed]:
    """Sessions may start at the new clinic."""
    course_id = course_id_of(event.plan_id)
    command = TakeOnCourse(course_id, event.practitioner_id, delivery.occurred_at)
    return [Owed(COURSE, course_id, command)]


def on_plan_withdrawn(event: consult.PlanWithdrawn, delivery: Delivery) -> Sequence[Owed]:
    """A withdrawn plan ends its course."""
    return [close_course(event.plan_id, CourseCloseReason.PLAN_WITHDRAWN, delivery)]


def on_consent_withdrawn(event: consult.ConsentWithdrawn, delivery: Delivery) -> Sequence[Owed]:
    """Without consent nothing more is done; a running session stops, its exposures kept."""
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
            consult.ClinicAmended: on_clinic_opened,
            consult.RoomAdded: on_room_added,
            consult.PractitionerEnrolled: on_practitioner_enrolled,
            consult.LicenceRecorded: on_licence_recorded,
            consult.LicenceRevoked: on_licence_recorded,
            consult.PatientRegistered: on_patient_known,
            consult.PatientAmended: on_patient_known,
            consult.PatientMerged: on_patient_merged,
            consult.PatientErased: on_patient_erased,
            consult.PlanAccepted: on_plan_accepted,
            consult.PlanAmended: on_plan_amended,
            consult.PlanFlagged: on_plan_flagged,
            consult.PlanCleared: on_plan_cleared,
            consult.PlanMoved: on_plan_moved,
            consult.ResponsibilitySigned: on_responsibility_signed,
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
            own.MergeFollowed: on_merge_followed,
            own.CourseMoved: on_course_moved,
            own.PatientCopied: on_patient_copied,
        },
    ),
)
