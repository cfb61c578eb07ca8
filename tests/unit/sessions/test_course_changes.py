"""A course follows its plan: suspended, resumed, amended, moved, signed for, opened again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel import DomainError
from services.sessions.domain.clinical import Protocol, SessionWindow
from services.sessions.domain.course.commands import (
    CloseCourse,
    Command,
    MoveCourse,
    OpenCourse,
    ResumeCourse,
    ScheduleCourse,
    SuspendCourse,
    TakeOnCourse,
)
from services.sessions.domain.course.decider import DECIDER
from services.sessions.domain.course.errors import (
    CourseMoved as CourseMovedRefusal,
)
from services.sessions.domain.course.errors import (
    CourseSuspended as CourseSuspendedRefusal,
)
from services.sessions.domain.course.errors import ResponsibleSignatureMissing
from services.sessions.domain.course.events import (
    CourseAmended,
    CourseClosed,
    CourseMoved,
    CourseResumed,
    CourseScheduled,
    CourseSuspended,
    CourseTakenOn,
    Event,
)
from services.sessions.domain.course.model import (
    Course,
    CourseCloseReason,
    CourseState,
    dated,
)
from services.sessions.domain.course.passing import refuse_elsewhere, refuse_unscheduled
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    COCKTAIL,
    DAY,
    GROUND,
    NOW,
    OPENED,
    SCHEDULED,
    WEEKLY,
    performed,
)

WHOSE = ("course-1", "plan-1", "patient-1")
CONSENT, PLAN = CourseCloseReason.CONSENT_WITHDRAWN, CourseCloseReason.PLAN_WITHDRAWN
LATER = NOW + DAY
# Fortnightly, five sessions: as another protocol of the plan.
LONGER = Protocol(
    "OTHER", "1", tuple(SessionWindow(n + 1, 14 * n, 14 * n, 14 * n + 2) for n in range(5)), 10
)
FLAG, CLEAR = SuspendCourse("course-1", 0, LATER), ResumeCourse("course-1", LATER)
AMEND = SuspendCourse("course-1", 2, LATER)
FLAGGED = CourseSuspended(*WHOSE, LATER, 0)
WAITING = CourseSuspended(*WHOSE, LATER, 2)
RESUMED = CourseResumed(*WHOSE, LATER)
ENDED = CourseClosed(*WHOSE, CONSENT, NOW)
OVER = CourseClosed(*WHOSE, PLAN, NOW)
MOVED = CourseMoved(*WHOSE, "clinic-2", LATER)
TAKEN_ON = CourseTakenOn(*WHOSE, "practitioner-2", LATER)
ALL_DONE = [performed(n, NOW + 7 * n * DAY, f"s-{n}") for n in (1, 2, 3)]


def accepted(version: int = 2, **changes: object) -> OpenCourse:
    """Return the acceptance of the plan with other terms."""
    command = OpenCourse(
        *("course-1", "plan-1", "patient-1", "clinic-1", "quote-2", COCKTAIL, LONGER),
        earliest_session_at=None,
        last_performed_on=None,
        terms_version=version,
        at=LATER,
    )
    return replace(command, **changes)  # type: ignore[arg-type]  # fields by name


def state_after(*history: Event) -> Course:
    """Return the course after `history`."""
    state = Spec(DECIDER).given(*history).state
    assert state is not None
    return state


def amended(*history: Event) -> CourseAmended:
    """Return the change by an acceptance of new terms."""
    [event] = Spec(DECIDER).given(*history).when(accepted(), GROUND)
    assert isinstance(event, CourseAmended)
    return event


@pytest.mark.parametrize(
    ("history", "command", "then"),
    [
        ([OPENED, SCHEDULED], FLAG, [FLAGGED]),
        ([OPENED, SCHEDULED, FLAGGED], FLAG, []),
        ([OPENED, SCHEDULED, FLAGGED], CLEAR, [RESUMED]),
        ([OPENED, SCHEDULED], CLEAR, []),
        ([OPENED, SCHEDULED], AMEND, [WAITING]),
        ([OPENED, SCHEDULED, WAITING], AMEND, []),
        ([OPENED, SCHEDULED, FLAGGED], AMEND, [WAITING]),
        ([OPENED, SCHEDULED, WAITING], FLAG, []),
        # What is amended waits for the acceptance, whatever a re-check finds.
        ([OPENED, SCHEDULED, WAITING], CLEAR, []),
        ([OPENED, SCHEDULED, FLAGGED, WAITING], CLEAR, []),
        ([OPENED, SCHEDULED, ENDED], AMEND, []),
        ([OPENED, SCHEDULED, ENDED], FLAG, []),
        ([OPENED, SCHEDULED, *ALL_DONE], FLAG, []),
        ([], AMEND, []),
        ([], FLAG, []),
        ([], CLEAR, []),
        ([OPENED], MoveCourse("course-1", "clinic-2", LATER), [MOVED]),
        ([OPENED], MoveCourse("course-1", "clinic-1", LATER), []),
        ([OPENED, MOVED], MoveCourse("course-1", "clinic-2", LATER), []),
        ([], MoveCourse("course-1", "clinic-2", LATER), []),
        ([OPENED, MOVED], TakeOnCourse("course-1", "practitioner-2", LATER), [TAKEN_ON]),
        ([OPENED, MOVED, TAKEN_ON], TakeOnCourse("course-1", "practitioner-2", LATER), []),
        ([OPENED], TakeOnCourse("course-1", "practitioner-2", LATER), []),
        ([OPENED, SCHEDULED, FLAGGED], CloseCourse("course-1", CONSENT, NOW), [ENDED]),
        ([OPENED, SCHEDULED, OVER], accepted(), []),
        ([OPENED, SCHEDULED], accepted(1), []),
    ],
)
def test_a_course_follows_its_plan_once(
    history: list[Event], command: Command, then: list[Event]
) -> None:
    assert Spec(DECIDER).given(*history).when(command, GROUND) == then


@pytest.mark.parametrize(
    ("history", "state"),
    [
        ([OPENED, FLAGGED], CourseState.SUSPENDED),
        ([OPENED, FLAGGED, RESUMED], CourseState.OPEN),
        ([OPENED, FLAGGED, SCHEDULED], CourseState.SUSPENDED),
        ([OPENED, FLAGGED, SCHEDULED, RESUMED], CourseState.SCHEDULED),
        ([OPENED, SCHEDULED, FLAGGED, *ALL_DONE], CourseState.COMPLETED),
        ([OPENED, SCHEDULED, FLAGGED, ENDED], CourseState.CLOSED),
        ([OPENED, ENDED, SCHEDULED], CourseState.CLOSED),
    ],
)
def test_what_waits_goes_on_as_it_was(history: list[Event], state: CourseState) -> None:
    assert state_after(*history).state is state


@pytest.mark.parametrize("event", [FLAGGED, WAITING])
def test_a_course_that_waits_gives_no_session_and_says_so(event: CourseSuspended) -> None:
    with pytest.raises(CourseSuspendedRefusal):
        refuse_unscheduled(state_after(OPENED, SCHEDULED, event))
    refuse_unscheduled(state_after(OPENED, SCHEDULED))


@pytest.mark.parametrize(
    ("history", "clinic_id", "refusal"),
    [
        ([OPENED, MOVED], "clinic-1", CourseMovedRefusal),
        ([OPENED, MOVED], "clinic-2", ResponsibleSignatureMissing),
        ([OPENED, MOVED, TAKEN_ON], "clinic-1", CourseMovedRefusal),
    ],
)
def test_a_moved_course_starts_no_session_until_it_is_signed_for(
    history: list[Event], clinic_id: str, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        refuse_elsewhere(state_after(*history), clinic_id)
    refuse_elsewhere(state_after(OPENED, MOVED, TAKEN_ON), "clinic-2")


def test_an_acceptance_of_new_terms_changes_what_is_still_to_come() -> None:
    history: list[Event] = [OPENED, SCHEDULED, performed(1, NOW), WAITING]
    event = amended(*history)
    assert event.windows == dated(LONGER, NOW.date())
    assert (event.quote_id, event.sessions_planned) == ("quote-2", 5)
    state = state_after(*history, event)
    assert (state.state, state.next_number) == (CourseState.SCHEDULED, 2)
    assert (state.cocktail, state.protocol) == (COCKTAIL, LONGER)
    assert Spec(DECIDER).given(*history, event).when(accepted(), GROUND) == []


@pytest.mark.parametrize(
    ("history", "state"),
    [
        ([OPENED, WAITING], CourseState.OPEN),
        ([OPENED, SCHEDULED, WAITING], CourseState.SCHEDULED),
        ([OPENED, SCHEDULED, *ALL_DONE], CourseState.SCHEDULED),
        ([OPENED, SCHEDULED, ENDED], CourseState.SCHEDULED),
    ],
)
def test_an_amended_course_goes_on(history: list[Event], state: CourseState) -> None:
    found = state_after(*history, amended(*history))
    assert found.state is state
    assert found.close_reason is None


def test_shorter_terms_may_be_done_already() -> None:
    history: list[Event] = [
        OPENED,
        SCHEDULED,
        performed(1, NOW),
        performed(2, NOW + 7 * DAY, "s-2"),
    ]
    short = replace(WEEKLY, windows=WEEKLY.windows[:2])
    [event] = Spec(DECIDER).given(*history).when(accepted(protocol=short), GROUND)
    assert state_after(*history, event).state is CourseState.COMPLETED


def test_a_new_signature_opens_again_what_a_withdrawn_consent_had_ended() -> None:
    history: list[Event] = [OPENED, SCHEDULED, ENDED]
    [event] = Spec(DECIDER).given(*history).when(accepted(1), GROUND)
    state = state_after(*history, event)
    assert (state.state, state.close_reason) == (CourseState.SCHEDULED, None)
    old = accepted(1, at=NOW - timedelta(seconds=1))
    assert Spec(DECIDER).given(*history).when(old, GROUND) == []


def test_what_was_paid_while_a_course_waited_or_was_ended_counts() -> None:
    deposit = ScheduleCourse("course-1", LATER)
    for waits in (WAITING, FLAGGED, ENDED):
        [event] = Spec(DECIDER).given(OPENED, waits).when(deposit, GROUND)
        assert isinstance(event, CourseScheduled)
        after: list[Event] = [OPENED, waits, event]
        assert state_after(*after).state is not CourseState.SCHEDULED
        assert state_after(*after, amended(*after)).state is CourseState.SCHEDULED


COMMANDS: list[Command] = [
    FLAG,
    CLEAR,
    AMEND,
    SuspendCourse("course-1", 3, LATER),
    accepted(2),
    accepted(3),
    CloseCourse("course-1", CONSENT, NOW),
    CloseCourse("course-1", PLAN, NOW),
    MoveCourse("course-1", "clinic-2", LATER),
    TakeOnCourse("course-1", "practitioner-2", LATER),
    ScheduleCourse("course-1", NOW),
]


@given(st.lists(st.sampled_from(COMMANDS), max_size=12))
def test_repeats_are_harmless_and_nothing_is_given_while_terms_wait(
    commands: list[Command],
) -> None:
    history: list[Event] = [OPENED]
    for command in commands:
        history += Spec(DECIDER).given(*history).when(command, GROUND)
        assert Spec(DECIDER).given(*history).when(command, GROUND) == []
        state = state_after(*history)
        waits = state.awaited_terms_version > state.terms_version
        assert not (waits and state.state in (CourseState.OPEN, CourseState.SCHEDULED))
        assert (state.close_reason is None) == (state.state is not CourseState.CLOSED)
