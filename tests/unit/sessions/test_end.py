"""How a session ends before its time, and what follows the end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis.kernel import Remove, Timer
from services.sessions.domain.clinical import Step
from services.sessions.domain.session.commands import (
    AbortSession,
    CompleteSession,
    DueFollowUp,
    LookAtGates,
)
from services.sessions.domain.session.decider import DECIDER, FOLLOW_UP_DAYS, project
from services.sessions.domain.session.errors import SessionClosed
from services.sessions.domain.session.events import (
    Event,
    FollowUpDue,
    SessionAborted,
    SessionCompleted,
    SessionInterrupted,
)
from services.sessions.domain.session.model import AbortReason, SessionState
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    BOOKED,
    DAY,
    INJECTION,
    NOW,
    PATIENT,
    STARTED,
    done,
    step,
    surroundings,
)

ABORT = AbortSession("session-1", AbortReason.REACTION, NOW)
LOOK = LookAtGates("session-1", NOW)
ALL = [s for s in Step if s is not Step.ANAESTHETIC_APPLIED]
INJECTED: list[Event] = [BOOKED, STARTED, *done(*ALL[:5])]


def completed() -> SessionCompleted:
    spec = Spec(DECIDER).given(BOOKED, STARTED, *done(*ALL))
    command = CompleteSession("session-1", "practitioner-1", NOW)
    [event] = spec.when(command, surroundings())
    assert isinstance(event, SessionCompleted)
    return event


def test_a_running_session_is_interrupted_by_a_hold_that_reaches_it() -> None:
    [event] = Spec(DECIDER).given(*INJECTED).when(LOOK, surroundings(PATIENT))
    assert isinstance(event, SessionInterrupted)
    assert (event.hold_id, event.subject) == ("hold-1", PATIENT)
    assert event.administrations == (INJECTION,)
    state = Spec(DECIDER).given(*INJECTED, event).state
    assert state is not None
    assert (state.state, state.interrupting_hold_id) == (SessionState.INTERRUPTED, "hold-1")


def test_what_ends_early_names_its_device_too() -> None:
    started = replace(STARTED, device_head_id="HEAD-7")
    running = Spec(DECIDER).given(BOOKED, started, *done(*ALL[:5]))
    [aborted] = running.when(ABORT, surroundings(device="HEAD-7"))
    [interrupted] = running.when(LOOK, surroundings(PATIENT, device="HEAD-7"))
    assert isinstance(aborted, SessionAborted)
    assert isinstance(interrupted, SessionInterrupted)
    assert (aborted.device_head_id, interrupted.device_head_id) == ("HEAD-7", "HEAD-7")


def test_a_look_never_refuses_and_finds_nothing_where_nothing_runs_or_holds() -> None:
    booked = Spec(DECIDER).given(BOOKED)
    running = Spec(DECIDER).given(*INJECTED)
    ended = Spec(DECIDER).given(BOOKED, STARTED, *done(*ALL), completed())
    assert booked.when(LOOK, surroundings(PATIENT)) == []
    assert running.when(LOOK, surroundings()) == []
    assert ended.when(LOOK, surroundings(PATIENT)) == []


@pytest.mark.parametrize("history", [[BOOKED], [BOOKED, STARTED], INJECTED])
def test_a_person_ends_a_booked_or_running_session_and_its_slot_is_free(
    history: list[Event],
) -> None:
    [event] = Spec(DECIDER).given(*history).when(ABORT, surroundings())
    assert isinstance(event, SessionAborted)
    facts = project(event)
    assert facts[:3] == released("bookings", "room_slots", "practitioner_slots")
    assert len(facts[3:]) == (len(FOLLOW_UP_DAYS) if event.administrations else 0)


def released(*tables: str) -> list[Remove]:
    return [Remove(table, {"session_id": "session-1"}) for table in tables]


def test_a_completed_session_frees_its_places_and_keeps_its_number() -> None:
    freed = [fact for fact in project(completed()) if isinstance(fact, Remove)]
    assert freed == released("room_slots", "practitioner_slots")


@pytest.mark.parametrize("command", [ABORT, step(Step.OBSERVED)])
def test_what_has_ended_takes_nothing_more(command: AbortSession) -> None:
    spec = Spec(DECIDER).given(BOOKED, STARTED, *done(*ALL), completed())
    with pytest.raises(SessionClosed):
        spec.when(command, surroundings())


def test_follow_ups_come_after_a_day_and_2_4_8_and_12_weeks() -> None:
    timers = [fact for fact in project(completed()) if isinstance(fact, Timer)]
    weeks = [timedelta(weeks=n) for n in (2, 4, 8, 12)]
    assert [timer.due_at - NOW for timer in timers] == [DAY, *weeks]
    assert len({timer.key for timer in timers}) == len(timers)


def test_a_follow_up_is_due_once() -> None:
    spec = Spec(DECIDER).given(BOOKED, STARTED, *done(*ALL), completed())
    due = DueFollowUp("session-1", NOW + 14 * DAY)
    [event] = spec.when(due, surroundings())
    assert event == FollowUpDue("session-1", "patient-1", "clinic-1", 14, NOW + 14 * DAY)
    assert Spec(DECIDER).given(*spec.history, event).when(due, surroundings()) == []
