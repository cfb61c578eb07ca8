"""The checklist: steps in order, what stops it, and what completes it."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError, Remove
from services.sessions.domain.clinical import Step
from services.sessions.domain.course.errors import ConsentWithdrawn, CourseSuspended
from services.sessions.domain.course.errors import CourseClosed as CourseClosedRefusal
from services.sessions.domain.course.events import CourseClosed
from services.sessions.domain.course.model import CourseCloseReason, CourseState
from services.sessions.domain.gate.errors import HoldActive
from services.sessions.domain.session.checklist import MANDATORY
from services.sessions.domain.session.commands import Command, CompleteSession, LookAtGates
from services.sessions.domain.session.decider import DECIDER
from services.sessions.domain.session.errors import (
    LotNotInSession,
    SessionClosed,
    SessionNotStarted,
    StepOutOfOrder,
    StepsMissing,
)
from services.sessions.domain.session.events import (
    Event,
    SessionCompleted,
    SessionInterrupted,
    SessionStepRecorded,
)
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import InterruptionCause, Session, SessionState
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    BOOKED,
    DAY,
    INJECTION,
    NOW,
    PATIENT,
    STARTED,
    course,
    done,
    step,
    surroundings,
)

BEFORE_NEEDLE = MANDATORY[:4]
SessionSpec = Spec[Session, Command, Event, Surroundings]
RUNNING: SessionSpec = Spec(DECIDER).given(BOOKED, STARTED)
COMPLETE = CompleteSession("session-1", "practitioner-1", NOW)


def running(*names: Step) -> SessionSpec:
    """Return a running session after these steps."""
    return Spec(DECIDER).given(BOOKED, STARTED, *done(*names))


def refused(spec: SessionSpec, command: Command, facts: Surroundings) -> DomainError:
    """Return the refusal of `command`."""
    with pytest.raises(DomainError) as found:
        spec.when(command, facts)
    return found.value


@pytest.mark.parametrize("numbing", [False, True])
def test_all_steps_in_order_complete_a_session(numbing: bool) -> None:
    names = [s for s in Step if numbing or s is not Step.ANAESTHETIC_APPLIED]
    history: list[Event] = [BOOKED, STARTED]
    for name in names:
        events = Spec(DECIDER).given(*history).when(step(name), surroundings())
        history += events
    [event] = Spec(DECIDER).given(*history).when(COMPLETE, surroundings())
    assert isinstance(event, SessionCompleted)
    assert event.administrations == (INJECTION,)


@pytest.mark.parametrize(
    ("names", "next_step", "named"),
    [
        ((), Step.RESCREENED, ["IDENTITY_CONFIRMED"]),
        (BEFORE_NEEDLE[:3], Step.INJECTED, ["SCALP_CLEANED"]),
        (BEFORE_NEEDLE[:3], Step.ANAESTHETIC_APPLIED, ["SCALP_CLEANED"]),
        (BEFORE_NEEDLE, Step.OBSERVED, ["INJECTED"]),
        (BEFORE_NEEDLE, Step.SCALP_CLEANED, ["SCALP_CLEANED"]),
        ((*BEFORE_NEEDLE, Step.INJECTED), Step.ANAESTHETIC_APPLIED, ["ANAESTHETIC_APPLIED"]),
        (MANDATORY, Step.INJECTED, ["INJECTED"]),
    ],
)
def test_a_step_before_or_after_its_turn_is_refused(
    names: tuple[Step, ...], next_step: Step, named: list[str]
) -> None:
    found = refused(running(*names), step(next_step), surroundings())
    assert isinstance(found, StepOutOfOrder)
    assert [v.subject for v in found.violations] == named


@given(st.sampled_from(list(permutations(MANDATORY))))
def test_only_one_order_of_the_mandatory_steps_is_accepted(names: tuple[Step, ...]) -> None:
    history: list[Event] = [BOOKED, STARTED]
    try:
        for name in names:
            history += Spec(DECIDER).given(*history).when(step(name), surroundings())
    except StepOutOfOrder:
        assert names != MANDATORY
    else:
        assert names == MANDATORY


def test_injections_may_be_recorded_zone_by_zone() -> None:
    spec = Spec(DECIDER).given(BOOKED, STARTED, *done(*BEFORE_NEEDLE, Step.INJECTED))
    [event] = spec.when(step(Step.INJECTED), surroundings())
    assert isinstance(event, SessionStepRecorded)
    state = Spec(DECIDER).given(*spec.history, event).state
    assert state is not None
    assert state.administrations == (INJECTION, INJECTION)


def test_completion_names_what_is_missing() -> None:
    found = refused(running(*BEFORE_NEEDLE), COMPLETE, surroundings())
    assert isinstance(found, StepsMissing)
    assert [v.subject for v in found.violations] == ["INJECTED", "OBSERVED"]


def test_the_exposure_is_by_the_hand_that_injected() -> None:
    injected = done(Step.INJECTED, by="practitioner-2")
    steps = [*done(*BEFORE_NEEDLE), *injected, *done(Step.OBSERVED)]
    [event] = Spec(DECIDER).given(BOOKED, STARTED, *steps).when(COMPLETE, surroundings())
    assert isinstance(event, SessionCompleted)
    assert event.practitioner_id == "practitioner-2"


def test_a_hold_stops_a_running_session_at_its_next_step() -> None:
    found = refused(RUNNING, step(Step.IDENTITY_CONFIRMED), surroundings(PATIENT))
    assert isinstance(found, HoldActive)


def test_what_was_injected_is_written_down_even_under_a_hold() -> None:
    spec = Spec(DECIDER).given(BOOKED, STARTED, *done(*BEFORE_NEEDLE))
    recorded, interrupted = spec.when(step(Step.INJECTED), surroundings(PATIENT))
    assert isinstance(recorded, SessionStepRecorded)
    assert isinstance(interrupted, SessionInterrupted)
    assert interrupted.administrations == (INJECTION,)
    assert (interrupted.hold_id, interrupted.subject) == ("hold-1", PATIENT)


CAUSES = [
    (CourseCloseReason.CONSENT_WITHDRAWN, ConsentWithdrawn, InterruptionCause.CONSENT_WITHDRAWN),
    (CourseCloseReason.PLAN_WITHDRAWN, CourseClosedRefusal, InterruptionCause.PLAN_WITHDRAWN),
]


def over(reason: CourseCloseReason) -> Surroundings:
    """Return what a session sees whose course has ended."""
    return surroundings(of=course(CourseClosed("course-1", "plan-1", "patient-1", reason, NOW)))


@pytest.mark.parametrize(("reason", "refusal", "cause"), CAUSES)
@pytest.mark.parametrize("place", range(len(MANDATORY)))
def test_a_session_of_an_ended_course_takes_no_step_but_what_was_given_already(
    place: int,
    reason: CourseCloseReason,
    refusal: type[DomainError],
    cause: InterruptionCause,
) -> None:
    spec, name = running(*MANDATORY[:place]), MANDATORY[place]
    if name is not Step.INJECTED:
        assert type(refused(spec, step(name), over(reason))) is refusal
        return
    recorded, interrupted = spec.when(step(name), over(reason))
    assert isinstance(recorded, SessionStepRecorded)
    assert isinstance(interrupted, SessionInterrupted)
    assert interrupted.administrations == (INJECTION,)
    assert (interrupted.cause, interrupted.hold_id, interrupted.subject) == (cause, "", None)
    state = Spec(DECIDER).given(*spec.history, recorded, interrupted).state
    assert state is not None
    assert (state.state, state.interrupting_hold_id) == (SessionState.INTERRUPTED, None)
    assert state.interruption_cause is cause


@pytest.mark.parametrize("place", range(len(MANDATORY)))
def test_a_session_whose_plan_waits_goes_no_further_towards_the_needle(place: int) -> None:
    spec, name = running(*MANDATORY[:place]), MANDATORY[place]
    waiting = surroundings(of=replace(course(), state=CourseState.SUSPENDED))
    if place < MANDATORY.index(Step.INJECTED):
        assert type(refused(spec, step(name), waiting)) is CourseSuspended
        assert spec.when(step(name), surroundings())
        return
    # What was given is written down and looked after, and nothing that was earned is lost.
    assert spec.when(step(name), waiting) == spec.when(step(name), surroundings())


def test_what_was_given_before_the_interruption_is_written_down_after_it() -> None:
    facts = over(CourseCloseReason.CONSENT_WITHDRAWN)
    spec = running(*BEFORE_NEEDLE)
    [ended] = spec.when(LookAtGates("session-1", NOW), facts)
    assert isinstance(ended, SessionInterrupted)
    assert ended.administrations == ()
    late = step(Step.INJECTED, NOW + DAY)
    recorded, again = Spec(DECIDER).given(*spec.history, ended).when(late, facts)
    assert isinstance(recorded, SessionStepRecorded)
    assert again == replace(ended, administrations=(INJECTION,), interrupted_at=NOW + DAY)
    history = [*spec.history, ended, recorded, again]
    _, third = Spec(DECIDER).given(*history).when(late, facts)
    assert isinstance(third, SessionInterrupted)
    assert third.administrations == (INJECTION, INJECTION)


def test_a_late_injection_under_a_hold_names_that_hold_even_when_it_was_lifted() -> None:
    spec = running(*BEFORE_NEEDLE)
    [ended] = spec.when(LookAtGates("session-1", NOW), surroundings(PATIENT))
    _, again = Spec(DECIDER).given(*spec.history, ended).when(step(Step.INJECTED), surroundings())
    assert isinstance(again, SessionInterrupted)
    assert (again.cause, again.hold_id) == (InterruptionCause.HOLD, "hold-1")
    assert again.subject == PATIENT


@pytest.mark.parametrize("name", [Step.OBSERVED, Step.ANAESTHETIC_APPLIED])
def test_an_interrupted_session_takes_no_other_step(name: Step) -> None:
    spec = running(*BEFORE_NEEDLE)
    [ended] = spec.when(LookAtGates("session-1", NOW), surroundings(PATIENT))
    later = Spec(DECIDER).given(*spec.history, ended)
    assert isinstance(refused(later, step(name), surroundings()), SessionClosed)


def test_a_look_interrupts_a_running_session_of_an_ended_course() -> None:
    facts = over(CourseCloseReason.CONSENT_WITHDRAWN)
    look = LookAtGates("session-1", NOW)
    injected = running(*BEFORE_NEEDLE, Step.INJECTED)
    [ended] = injected.when(look, facts)
    assert isinstance(ended, SessionInterrupted)
    assert ended.administrations == (INJECTION,)
    assert Spec(DECIDER).given(*injected.history, ended).when(look, facts) == []


@pytest.mark.parametrize(("reason", "refusal", "cause"), CAUSES)
def test_a_booked_session_of_an_ended_course_is_given_up_and_one_under_a_hold_is_not(
    reason: CourseCloseReason, refusal: type[DomainError], cause: InterruptionCause
) -> None:
    look, booking = LookAtGates("session-1", NOW), Spec(DECIDER).given(BOOKED)
    assert booking.when(look, surroundings(PATIENT)) == []
    [ended] = booking.when(look, over(reason))
    assert isinstance(ended, SessionInterrupted)
    assert (ended.cause, ended.administrations) == (cause, ())
    assert DECIDER.project is not None
    freed = [fact.table for fact in DECIDER.project(ended) if isinstance(fact, Remove)]
    assert freed == ["bookings", "room_slots", "practitioner_slots"]
    given_up = Spec(DECIDER).given(BOOKED, ended)
    assert isinstance(refused(given_up, step(Step.INJECTED), surroundings()), SessionClosed)


def test_a_lot_that_was_not_checked_in_is_refused() -> None:
    other = replace(step(Step.INJECTED), injections=(replace(INJECTION, lot_id="lot-2"),))
    assert isinstance(refused(running(*BEFORE_NEEDLE), other, surroundings()), LotNotInSession)


@pytest.mark.parametrize("command", [step(Step.IDENTITY_CONFIRMED), COMPLETE])
def test_a_booked_session_has_no_steps(command: Command) -> None:
    found = refused(Spec(DECIDER).given(BOOKED), command, surroundings())
    assert isinstance(found, SessionNotStarted)
