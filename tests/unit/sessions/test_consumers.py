"""What is heard leads to commands whose ids are always the same."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from google.protobuf.message import Message
from google.type.date_pb2 import Date

from mesoflow.billing.v1 import events_pb2 as billing
from mesoflow.clinical.v1 import hold_pb2, patient_pb2, scalp_pb2
from mesoflow.consult.v1 import events_pb2 as consult
from mesoflow.consult.v1 import model_pb2 as consult_model
from mesoflow.safety.v1 import events_pb2 as safety
from mesoflow.sessions.v1 import events_pb2 as own
from services.chassis.delivery import Delivery
from services.chassis.handling import Owed, OwedToEach
from services.chassis.mapping import to_message
from services.sessions.domain.clinical import HoldKind, HoldSubject, VitalStatus
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
from services.sessions.domain.session.commands import LookAtGates
from services.sessions.domain.sharing import ShareRecord
from services.sessions.events.consumers import HEARINGS, course_id_of
from services.sessions.events.published import CONTRACT
from services.sessions.handlers.reaction import REACTION
from services.sessions.handlers.session import SESSION
from tests.unit.sessions.cases import COCKTAIL, OPENED

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
COURSE_ID = course_id_of("plan-1")
LOT_1 = HoldSubject(HoldKind.LOT, "lot-1")


def heard(event: Message) -> list[Owed]:
    """Return what the service owes when it hears `event`, to things that the event names."""
    return [one for one in answered(event) if isinstance(one, Owed)]


def owed_to_each(event: Message) -> list[OwedToEach]:
    """Return what it owes to things that have to be found."""
    return [one for one in answered(event) if isinstance(one, OwedToEach)]


def answered(event: Message) -> Sequence[Owed | OwedToEach]:
    """Return all that it owes."""
    name = event.DESCRIPTOR.full_name
    source = name.split(".")[1]
    delivery = Delivery(
        event_id="event-1",
        chain_id="chain-1",
        aggregate_id="aggregate-1",
        version=1,
        type=name,
        body=event.SerializeToString(),
        traceparent=None,
        occurred_at=AT,
    )
    [hearing] = [each for each in HEARINGS if each.source == source]
    return hearing.owed(delivery)


def raised(owed: list[Owed]) -> list[str]:
    """Return the subjects whose gates are raised."""
    commands = [each.command for each in owed]
    return [each.subject.subject_id for each in commands if isinstance(each, RaiseGate)]


@pytest.mark.parametrize(
    ("event", "kind", "subject_id"),
    [
        (consult.PractitionerEnrolled(practitioner_id="d"), HoldKind.PRACTITIONER, "d"),
    ],
)
def test_whatever_can_be_held_gets_its_gate(
    event: Message, kind: HoldKind, subject_id: str
) -> None:
    subject = HoldSubject(kind, subject_id)
    [owed] = heard(event)
    assert owed.key == gate_id_of(subject)
    assert owed.command == RaiseGate(owed.key, subject, AT)


ALIVE, DECEASED = patient_pb2.VITAL_STATUS_ALIVE, patient_pb2.VITAL_STATUS_DECEASED


@pytest.mark.parametrize("kind", [consult.PatientRegistered, consult.PatientAmended])
def test_whether_a_patient_lives_is_copied_to_their_gate(
    kind: type[consult.PatientRegistered] | type[consult.PatientAmended],
) -> None:
    subject = HoldSubject(HoldKind.PATIENT, "p")
    for number, status in ((ALIVE, VitalStatus.ALIVE), (DECEASED, VitalStatus.DECEASED)):
        [owed] = heard(kind(patient_id="p", vital_status=number))
        assert owed.key == gate_id_of(subject)
        assert owed.command == CopyPatient(owed.key, subject, status, AT)


def test_a_moved_course_gives_up_what_is_booked_and_shows_what_was_done() -> None:
    event = own.CourseMoved(course_id="k", patient_id="p", clinic_id="c")
    assert owed_to_each(event) == [
        OwedToEach(SESSION, "course_id", "k", LookAtGates),
        OwedToEach(SESSION, "course_id", "k", ShareRecord, ("c",)),
        OwedToEach(REACTION, "patient_id", "p", ShareRecord, ("c",)),
    ]


def test_what_is_booked_for_a_patient_who_died_is_looked_at() -> None:
    event = own.PatientCopied(gate_id="g", patient_id="p", vital_status=DECEASED)
    assert owed_to_each(event) == [OwedToEach(SESSION, "patient_id", "p", LookAtGates)]


CLINIC, ROOM = HoldSubject(HoldKind.CLINIC, "c"), HoldSubject(HoldKind.ROOM, "r")


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (
            consult.ClinicOpened(clinic_id="c", time_zone="Europe/London"),
            CopyClinic(gate_id_of(CLINIC), CLINIC, "Europe/London", AT),
        ),
        (
            consult.ClinicAmended(clinic_id="c", time_zone="Europe/Paris"),
            CopyClinic(gate_id_of(CLINIC), CLINIC, "Europe/Paris", AT),
        ),
        (
            consult.RoomAdded(clinic_id="c", room_id="r"),
            CopyRoom(gate_id_of(ROOM), ROOM, "c", AT),
        ),
    ],
)
def test_clinics_and_rooms_are_copied_to_their_gates(
    event: Message, command: CopyClinic | CopyRoom
) -> None:
    [owed] = heard(event)
    assert (owed.key, owed.command) == (command.gate_id, command)


def test_a_revoked_licence_is_copied_over_itself() -> None:
    event = consult.LicenceRevoked(
        practitioner_id="d",
        licence_id="l",
        valid_from=Date(year=2026, month=1, day=1),
        valid_until=Date(year=2026, month=3, day=1),
    )
    [owed] = heard(event)
    assert isinstance(owed.command, CopyLicence)
    assert (owed.command.licence_id, owed.command.valid_until) == ("l", date(2026, 3, 1))


def test_a_licence_is_copied_to_its_practitioners_gate() -> None:
    event = consult.LicenceRecorded(
        practitioner_id="d",
        licence_id="l",
        valid_from=Date(year=2026, month=1, day=1),
        valid_until=Date(year=2026, month=12, day=31),
    )
    [owed] = heard(event)
    assert isinstance(owed.command, CopyLicence)
    assert owed.key == gate_id_of(HoldSubject(HoldKind.PRACTITIONER, "d"))
    assert owed.command.valid_until == date(2026, 12, 31)


def test_an_accepted_plan_opens_its_one_course_and_raises_its_ingredients() -> None:
    opened = to_message(OPENED, own.CourseOpened)
    event = consult.PlanAccepted(
        plan_id="plan-1",
        patient_id="patient-1",
        cocktail=opened.cocktail,
        protocol=opened.protocol,
    )
    course, *gates = heard(event)
    assert isinstance(course.command, OpenCourse)
    assert (course.key, course.command.cocktail) == (COURSE_ID, COCKTAIL)
    assert raised(gates) == ["dexpanthenol", "biotin"]
    assert course.command.earliest_session_at is None
    assert course.command.last_performed_on is None


def test_an_accepted_plan_says_when_it_may_begin_and_what_was_done_before() -> None:
    event = consult.PlanAccepted(
        plan_id="plan-1",
        cocktail=to_message(OPENED, own.CourseOpened).cocktail,
        protocol=to_message(OPENED, own.CourseOpened).protocol,
        imported=consult_model.PlanImport(last_performed_on=Date(year=2026, month=2, day=1)),
        terms_version=3,
    )
    event.earliest_session_at.FromDatetime(AT)
    [course, *_] = heard(event)
    assert isinstance(course.command, OpenCourse)
    assert course.command.earliest_session_at == AT
    assert course.command.last_performed_on == date(2026, 2, 1)
    assert course.command.terms_version == 3


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (billing.DepositPaid(plan_id="plan-1"), ScheduleCourse(COURSE_ID, AT)),
        (
            consult.PlanWithdrawn(plan_id="plan-1"),
            CloseCourse(COURSE_ID, CourseCloseReason.PLAN_WITHDRAWN, AT),
        ),
        (
            consult.ConsentWithdrawn(plan_id="plan-1"),
            CloseCourse(COURSE_ID, CourseCloseReason.CONSENT_WITHDRAWN, AT),
        ),
        (
            consult.PlanAmended(plan_id="plan-1", terms_version=2),
            SuspendCourse(COURSE_ID, 2, AT),
        ),
        (consult.PlanFlagged(plan_id="plan-1"), SuspendCourse(COURSE_ID, 0, AT)),
        (consult.PlanCleared(plan_id="plan-1"), ResumeCourse(COURSE_ID, AT)),
        (
            consult.PlanMoved(plan_id="plan-1", clinic_id="c"),
            MoveCourse(COURSE_ID, "c", AT),
        ),
        (
            consult.ResponsibilitySigned(plan_id="plan-1", practitioner_id="d"),
            TakeOnCourse(COURSE_ID, "d", AT),
        ),
    ],
)
def test_the_course_of_a_plan_is_found_again(event: Message, command: object) -> None:
    [owed] = heard(event)
    assert (owed.key, owed.command) == (COURSE_ID, command)


def test_a_hold_closes_and_opens_the_gate_of_its_subject() -> None:
    subject = hold_pb2.HoldSubject(kind=hold_pb2.HOLD_KIND_LOT, subject_id="lot-1")
    gate_id = gate_id_of(LOT_1)
    [placed] = heard(safety.HoldPlaced(hold_id="hold-1", subject=subject, provisional=True))
    [lifted] = heard(safety.HoldLifted(hold_id="hold-1", subject=subject))
    assert placed.command == ApplyHold(gate_id, "hold-1", LOT_1, True, AT)
    assert lifted.command == ReleaseHold(gate_id, "hold-1", AT)
    assert placed.key == lifted.key == gate_id


def test_a_lot_its_product_and_its_ingredients_get_gates() -> None:
    event = own.LotReceived(
        lot_id="lot-1", product_code="MIX-1", contents=to_message(OPENED, own.CourseOpened).cocktail
    )
    assert raised(heard(event)) == ["lot-1", "MIX-1", "dexpanthenol", "biotin"]


def test_a_completed_session_counts_and_one_ended_early_only_if_it_injected() -> None:
    done = own.SessionCompleted(number=2, course_id="course-1", session_id="session-1")
    early = own.SessionAborted(course_id="course-1", session_id="session-1")
    injected = own.SessionInterrupted(
        course_id="course-1",
        session_id="session-1",
        administrations=[scalp_pb2.Injection(lot_id="lot-1")],
    )
    [counted] = heard(done)
    assert counted.command == ProgressCourse("course-1", "session-1", 2, AT)
    assert heard(early) == []
    [partial] = heard(injected)
    assert partial.command == ProgressCourse("course-1", "session-1", None, AT)


def test_every_event_of_the_schema_is_published() -> None:
    assert {name.rpartition(".")[2] for name in CONTRACT.classes} == {
        name
        for name, message in own.DESCRIPTOR.message_types_by_name.items()
        if message.GetOptions().ListFields()
    }
