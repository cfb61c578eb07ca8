"""The start gate: held, unknown, unanswered, stale, unlicensed, too soon, or the wrong lot."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.chassis.kernel import DomainError
from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.course.errors import (
    ConsentWithdrawn,
    CoolingOff,
    CourseMoved,
    CourseSuspended,
    IntervalTooShort,
    NoCredit,
    ResponsibleSignatureMissing,
)
from services.sessions.domain.course.events import CourseClosed
from services.sessions.domain.course.model import CourseCloseReason, CourseState
from services.sessions.domain.gate.errors import HoldActive, LicenceLapsed, SubjectUnknown
from services.sessions.domain.lot.errors import (
    BeyondUsePassed,
    LotContentsDiffer,
    LotExpired,
    LotNotAtClinic,
    LotNotForPatient,
    LotNotFound,
)
from services.sessions.domain.session.commands import StartSession
from services.sessions.domain.session.decider import DECIDER
from services.sessions.domain.session.errors import (
    ClearanceStale,
    SafetyUnavailable,
    SessionClosed,
    SessionNotFound,
)
from services.sessions.domain.session.events import SessionStarted
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import ActiveHold, SafetyAnswer, SessionState
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    BOOKED,
    COCKTAIL,
    DAY,
    LOT,
    NOW,
    PATIENT,
    START,
    STARTED,
    course,
    lot,
    performed,
    surroundings,
)

EVERYTHING = [
    PATIENT,
    HoldSubject(HoldKind.CLINIC, "clinic-1"),
    HoldSubject(HoldKind.ROOM, "room-1"),
    HoldSubject(HoldKind.PRACTITIONER, "practitioner-1"),
    HoldSubject(HoldKind.LOT, "lot-1"),
    HoldSubject(HoldKind.PRODUCT, "MIX-1"),
    HoldSubject(HoldKind.INGREDIENT, "biotin"),
    HoldSubject(HoldKind.DEVICE, "HEAD-7"),
]
SECONDS = timedelta(seconds=1)


def refusal_of(command: StartSession, facts: Surroundings) -> DomainError:
    with pytest.raises(DomainError) as refused:
        Spec(DECIDER).given(BOOKED).when(command, facts)
    return refused.value


def test_a_session_starts_by_whoever_acts() -> None:
    assert Spec(DECIDER).given(BOOKED).when(START, surroundings()) == [STARTED]
    state = Spec(DECIDER).given(BOOKED, replace(STARTED, practitioner_id="practitioner-2")).state
    assert state is not None
    assert (state.state, state.practitioner_id) == (SessionState.STARTED, "practitioner-2")


@pytest.mark.parametrize("subject", EVERYTHING, ids=lambda s: s.kind.value)
def test_a_hold_on_anything_in_use_refuses_and_says_which(subject: HoldSubject) -> None:
    refused = refusal_of(START, surroundings(subject, device="HEAD-7"))
    assert isinstance(refused, HoldActive)
    [violation] = refused.violations
    assert (violation.kind, violation.subject) == (subject.kind.value, subject.subject_id)
    assert violation.description == "hold-1"


@pytest.mark.parametrize("subject", EVERYTHING, ids=lambda s: s.kind.value)
def test_a_subject_without_a_gate_refuses(subject: HoldSubject) -> None:
    refused = refusal_of(START, surroundings(missing=(subject,), device="HEAD-7"))
    assert isinstance(refused, SubjectUnknown)
    assert [v.subject for v in refused.violations] == [subject.subject_id]


@pytest.mark.parametrize("both", [False, True])
def test_holds_known_here_and_by_safety_are_named_once_each(both: bool) -> None:
    room = ActiveHold("hold-9", HoldSubject(HoldKind.ROOM, "room-1"))
    known = (ActiveHold("hold-1", PATIENT), room) if both else (room,)
    refused = refusal_of(replace(START, answer=SafetyAnswer(known, NOW, 42)), surroundings(PATIENT))
    assert isinstance(refused, HoldActive)
    assert [v.description for v in refused.violations] == ["hold-1", "hold-9"]


def test_without_an_answer_nothing_starts_and_a_known_hold_is_still_named() -> None:
    unanswered = replace(START, answer=None)
    assert isinstance(refusal_of(unanswered, surroundings()), SafetyUnavailable)
    assert isinstance(refusal_of(unanswered, surroundings(PATIENT)), HoldActive)


@pytest.mark.parametrize(("age", "good"), [(5, True), (6, False), (-5, True), (-6, False)])
def test_an_answer_is_good_for_five_seconds(age: int, good: bool) -> None:
    command = replace(START, at=NOW + age * SECONDS)
    if good:
        [event] = Spec(DECIDER).given(BOOKED).when(command, surroundings())
        assert isinstance(event, SessionStarted)
        assert event.clearance_asked_at == NOW
    else:
        assert isinstance(refusal_of(command, surroundings()), ClearanceStale)


WITHDRAWN = CourseClosed(
    "course-1", "plan-1", "patient-1", CourseCloseReason.CONSENT_WITHDRAWN, NOW
)
TOMORROW = replace(START, at=NOW + DAY, answer=SafetyAnswer((), NOW + DAY, 1))
LAPSED = replace(START, at=NOW + 365 * DAY, answer=SafetyAnswer((), NOW + 365 * DAY, 1))


@pytest.mark.parametrize(
    ("command", "facts", "refusal"),
    [
        (START, surroundings(of=course(WITHDRAWN)), ConsentWithdrawn),
        (START, surroundings(of=replace(course(), state=CourseState.SUSPENDED)), CourseSuspended),
        (START, surroundings(of=replace(course(), clinic_id="clinic-2")), CourseMoved),
        (
            START,
            surroundings(of=replace(course(), awaits_responsible=True)),
            ResponsibleSignatureMissing,
        ),
        (
            START,
            surroundings(of=replace(course(), earliest_session_at=NOW + SECONDS)),
            CoolingOff,
        ),
        (START, surroundings(of=replace(course(), state=CourseState.OPEN)), NoCredit),
        (START, replace(surroundings(), lots={}), LotNotFound),
        (LAPSED, surroundings(), LicenceLapsed),
        (START, surroundings(of=course(performed(1, NOW - DAY))), IntervalTooShort),
        (TOMORROW, surroundings(lots=(lot(beyond_use_at=None),)), LotExpired),
        (START, surroundings(lots=(lot(beyond_use_at=NOW),)), BeyondUsePassed),
        (START, surroundings(lots=(lot(clinic_id="clinic-2"),)), LotNotAtClinic),
        (START, surroundings(lots=(lot(for_patient_id="patient-2"),)), LotNotForPatient),
        (
            START,
            surroundings(lots=(lot(contents=replace(COCKTAIL, volume_microlitres=1)),)),
            LotContentsDiffer,
        ),
    ],
)
def test_what_is_not_in_order_refuses(
    command: StartSession, facts: Surroundings, refusal: type[DomainError]
) -> None:
    assert type(refusal_of(command, facts)) is refusal


def test_a_lot_is_good_on_its_last_day_and_for_anyone_when_it_names_nobody() -> None:
    anyone = lot(for_patient_id=None, expires_on=date(2026, 3, 2), beyond_use_at=None)
    assert LOT.for_patient_id is not None
    assert Spec(DECIDER).given(BOOKED).when(START, surroundings(lots=(anyone,))) == [STARTED]


def test_a_session_starts_once_and_only_if_it_is_there() -> None:
    with pytest.raises(SessionClosed):
        Spec(DECIDER).given(BOOKED, STARTED).when(START, surroundings())
    with pytest.raises(SessionNotFound):
        Spec(DECIDER).when(START, Surroundings())
