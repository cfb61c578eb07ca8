"""What the tests of sessions speak of: a course, its lot, a session, open gates, a clear answer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from services.sessions.domain.clinical import (
    Cocktail,
    Component,
    HoldKind,
    HoldSubject,
    Injection,
    PreparationSource,
    Protocol,
    ScalpZone,
    SessionWindow,
    Step,
    Technique,
)
from services.sessions.domain.course.decider import DECIDER as COURSE
from services.sessions.domain.course.events import (
    CourseOpened,
    CourseProgressed,
    CourseScheduled,
)
from services.sessions.domain.course.events import Event as CourseEvent
from services.sessions.domain.course.facts import Ground
from services.sessions.domain.course.model import Course, dated
from services.sessions.domain.gate.model import Gate, Hold, Licence, gate_id_of
from services.sessions.domain.lot.model import Lot, LotState
from services.sessions.domain.session.commands import BookSession, RecordStep, StartSession
from services.sessions.domain.session.events import (
    SessionBooked,
    SessionStarted,
    SessionStepRecorded,
)
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import SafetyAnswer, Usage
from tests.support.spec import Spec

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
COCKTAIL = Cocktail(
    (Component("dexpanthenol", 100_000), Component("biotin", 5_000)),
    PreparationSource.PHARMACY_COMPOUNDED_LOT,
    2_000,
)
# Weekly with two days' tolerance and a floor of seven (DOMAIN 2.2).
WEEKLY = Protocol(
    "MNX-WEEKLY-10",
    "1",
    tuple(SessionWindow(n + 1, max(0, 7 * n - 2), 7 * n, 7 * n + 2) for n in range(3)),
    7,
)
LOT = Lot(
    lot_id="lot-1",
    state=LotState.AVAILABLE,
    clinic_id="clinic-1",
    for_patient_id="patient-1",
    product_code="MIX-1",
    lot_number="A/17",
    contents=COCKTAIL,
    expires_on=date(2026, 3, 2),
    beyond_use_at=NOW + timedelta(hours=1),
    received_at=NOW - DAY,
)
OPENED = CourseOpened(
    *("course-1", "plan-1", "patient-1", "clinic-1", "quote-1", COCKTAIL, WEEKLY, 3, NOW),
    earliest_session_at=None,
    last_performed_on=None,
    terms_version=1,
)
GROUND = Ground("patient-1", "UTC")
SCHEDULED = CourseScheduled("course-1", "plan-1", "patient-1", dated(WEEKLY, NOW.date()), NOW)
BOOKED = SessionBooked(
    *("session-1", "course-1", "plan-1", "patient-1", 1, "clinic-1", "room-1", "practitioner-1"),
    starts_at=NOW,
    ends_at=NOW + timedelta(minutes=30),
    booked_at=NOW - DAY,
)
STARTED = SessionStarted(
    *("session-1", "course-1", "plan-1", "patient-1", 1, "clinic-1", "room-1", "practitioner-1"),
    lot_ids=("lot-1",),
    device_head_id=None,
    clearance_feed_no=41,
    clearance_asked_at=NOW,
    started_at=NOW,
)
CLEAR = SafetyAnswer((), NOW, 41)
BOOK = BookSession("session-1", "course-1", "room-1", "practitioner-1", NOW + DAY, 30, NOW)
START = StartSession("session-1", "practitioner-1", ("lot-1",), None, CLEAR, NOW)
INJECTION = Injection("lot-1", ScalpZone.VERTEX, Technique.NAPPAGE, 3_000, 20, 2_000)
PATIENT = HoldSubject(HoldKind.PATIENT, "patient-1")


def course(*more: CourseEvent) -> Course:
    """Return the scheduled course after `more`."""
    state = Spec(COURSE).given(OPENED, SCHEDULED, *more).state
    assert state is not None
    return state


def performed(number: int, at: datetime, session_id: str = "session-0") -> CourseProgressed:
    """Return the course's progress by session `number`."""
    first = NOW if number > 1 else at
    return CourseProgressed(
        *("course-1", session_id, "plan-1", "patient-1", number, number, 3),
        windows=dated(WEEKLY, first.date()),
        performed_at=at,
    )


def gate(subject: HoldSubject, *hold_ids: str) -> Gate:
    """Return a gate with these holds; a practitioner's has a licence for the year."""
    licence = Licence("licence-1", "GMC", date(2026, 1, 1), date(2026, 12, 31))
    licences = (licence,) if subject.kind is HoldKind.PRACTITIONER else ()
    holds = tuple(Hold(hold_id, False, NOW) for hold_id in hold_ids)
    time_zone = "UTC" if subject.kind is HoldKind.CLINIC else None
    at_clinic_id = "clinic-1" if subject.kind is HoldKind.ROOM else None
    return Gate(gate_id_of(subject), subject, holds, licences, NOW, time_zone, at_clinic_id)


def surroundings(
    *held: HoldSubject,
    missing: tuple[HoldSubject, ...] = (),
    lots: tuple[Lot, ...] = (LOT,),
    of: Course | None = None,
    device: str | None = None,
) -> Surroundings:
    """Return what a session sees: `held` subjects under hold-1, `missing` ones without a gate."""
    usage = Usage(
        "patient-1",
        "clinic-1",
        "room-1",
        ("practitioner-1",),
        lots=lots,
        device_head_id=device,
        ingredient_codes=("dexpanthenol",),
    )
    gates: dict[HoldSubject, Gate | None] = {
        subject: None
        if subject in missing
        else gate(subject, *(["hold-1"] if subject in held else []))
        for subject in usage.subjects
    }
    return Surroundings(of or course(), {lot.lot_id: lot for lot in lots}, gates)


def lot(**changes: object) -> Lot:
    """Return the lot with something different."""
    return replace(LOT, **changes)  # type: ignore[arg-type]  # fields of any type


def step(name: Step, at: datetime = NOW, by: str = "practitioner-1") -> RecordStep:
    """Return the recording of a step, with an injection where it injects."""
    return RecordStep("session-1", by, name, (INJECTION,) if name is Step.INJECTED else (), at)


def done(*names: Step, by: str = "practitioner-1") -> list[SessionStepRecorded]:
    """Return the events of steps."""
    return [
        SessionStepRecorded("session-1", "patient-1", by, s.step, s.injections, NOW)
        for s in map(step, names)
    ]
