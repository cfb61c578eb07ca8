"""A patient who died, and a course that goes on elsewhere: what is refused, and what given up."""

from dataclasses import replace

import pytest

from services.chassis.kernel import Remove
from services.sessions.domain.clinical import Step, VitalStatus
from services.sessions.domain.course.events import CourseMoved
from services.sessions.domain.course.model import Course, CourseCloseReason, CourseState
from services.sessions.domain.gate.commands import ApplyHold, CopyPatient, RaiseGate
from services.sessions.domain.gate.decider import DECIDER as GATE
from services.sessions.domain.gate.errors import PatientDeceased
from services.sessions.domain.gate.events import Event as GateEvent
from services.sessions.domain.gate.events import GateRaised, PatientCopied
from services.sessions.domain.gate.model import gate_id_of
from services.sessions.domain.session.checklist import MANDATORY
from services.sessions.domain.session.commands import DueFollowUp, LookAtGates
from services.sessions.domain.session.decider import DECIDER
from services.sessions.domain.session.events import (
    Event,
    SessionCompleted,
    SessionInterrupted,
    SessionStepRecorded,
)
from services.sessions.domain.session.facts import Surroundings
from services.sessions.domain.session.model import InterruptionCause
from services.sessions.domain.sharing import RecordShared, ShareRecord, sharing
from tests.support.spec import Spec
from tests.unit.sessions.cases import (
    BOOK,
    BOOKED,
    DAY,
    NOW,
    PATIENT,
    START,
    STARTED,
    course,
    done,
    step,
    surroundings,
)

GATE_ID = gate_id_of(PATIENT)
RAISED = GateRaised(GATE_ID, PATIENT, NOW)
LIVES = CopyPatient(GATE_ID, PATIENT, VitalStatus.ALIVE, NOW)
DIED = replace(LIVES, vital_status=VitalStatus.DECEASED)
DEATH = PatientCopied(GATE_ID, "patient-1", VitalStatus.DECEASED, NOW)
CORRECTED = replace(DEATH, vital_status=VitalStatus.ALIVE)


@pytest.mark.parametrize(
    ("given", "command", "then"),
    [
        ([], LIVES, [RAISED]),
        ([RAISED], LIVES, []),
        ([], DIED, [RAISED, DEATH]),
        ([RAISED], DIED, [DEATH]),
        ([RAISED, DEATH], DIED, []),
        ([RAISED, DEATH], LIVES, [CORRECTED]),
        ([RAISED, DEATH, CORRECTED], LIVES, []),
        ([RAISED, DEATH, CORRECTED], DIED, [DEATH]),
        ([RAISED, DEATH], RaiseGate(GATE_ID, PATIENT, NOW), []),
    ],
)
def test_the_gate_knows_whether_the_patient_lives(
    given: list[GateEvent], command: CopyPatient | RaiseGate, then: list[GateEvent]
) -> None:
    assert Spec(GATE).given(*given).when(command, None) == then


def test_a_hold_leaves_a_death_as_it_is() -> None:
    spec = Spec(GATE).given(RAISED, DEATH)
    held = spec.when(ApplyHold(GATE_ID, "hold-1", PATIENT, False, NOW), None)
    state = Spec(GATE).given(RAISED, DEATH, *held).state
    assert state is not None
    assert (state.deceased, len(state.holds)) == (True, 1)


def mourned(facts: Surroundings) -> Surroundings:
    """Return the same with a patient who died."""
    gate = facts.gates[PATIENT]
    assert gate is not None
    return replace(facts, gates={**facts.gates, PATIENT: replace(gate, deceased=True)})


SUSPENDED = replace(course(), state=CourseState.SUSPENDED)
ELSEWHERE = course(CourseMoved("course-1", "plan-1", "patient-1", "clinic-2", NOW))
LOOK = LookAtGates("session-1", NOW)


@pytest.mark.parametrize("of", [course(), SUSPENDED], ids=["scheduled", "flagged by then"])
def test_nothing_is_booked_or_started_of_who_died(of: Course) -> None:
    facts = mourned(surroundings(of=of))
    with pytest.raises(PatientDeceased):
        Spec(DECIDER).when(BOOK, facts)
    with pytest.raises(PatientDeceased):
        Spec(DECIDER).given(BOOKED).when(START, facts)
    assert Spec(DECIDER).when(BOOK, surroundings())
    assert Spec(DECIDER).given(BOOKED).when(START, surroundings())


@pytest.mark.parametrize("name", MANDATORY)
def test_a_running_session_goes_no_further_with_who_died(name: Step) -> None:
    """What was given before is written down all the same; nothing is lost by a mistake."""
    before = done(*MANDATORY[: MANDATORY.index(name)])
    spec = Spec(DECIDER).given(BOOKED, STARTED, *before)
    if name is Step.INJECTED:
        [recorded] = spec.when(step(name), mourned(surroundings()))
        assert isinstance(recorded, SessionStepRecorded)
        return
    with pytest.raises(PatientDeceased):
        spec.when(step(name), mourned(surroundings()))
    assert spec.when(step(name), surroundings())


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        (mourned(surroundings()), InterruptionCause.PATIENT_DECEASED),
        (surroundings(of=ELSEWHERE), InterruptionCause.COURSE_MOVED),
        (mourned(surroundings(of=ELSEWHERE)), InterruptionCause.PATIENT_DECEASED),
        (
            mourned(
                surroundings(of=replace(course(), close_reason=CourseCloseReason.PLAN_WITHDRAWN))
            ),
            InterruptionCause.PLAN_WITHDRAWN,
        ),
    ],
)
def test_what_is_booked_for_nobody_is_given_up(
    facts: Surroundings, cause: InterruptionCause
) -> None:
    booked = Spec(DECIDER).given(BOOKED)
    [ended] = booked.when(LOOK, facts)
    assert isinstance(ended, SessionInterrupted)
    assert (ended.cause, ended.hold_id, ended.administrations) == (cause, "", ())
    assert DECIDER.project is not None
    freed = [fact.table for fact in DECIDER.project(ended) if isinstance(fact, Remove)]
    assert freed == ["bookings", "room_slots", "practitioner_slots"]
    assert Spec(DECIDER).given(BOOKED, ended).when(LOOK, facts) == []


@pytest.mark.parametrize("facts", [mourned(surroundings()), surroundings(of=ELSEWHERE)])
def test_a_running_session_is_not_given_up(facts: Surroundings) -> None:
    assert Spec(DECIDER).given(BOOKED, STARTED).when(LOOK, facts) == []


def test_a_running_session_ends_where_it_began() -> None:
    spec = Spec(DECIDER).given(BOOKED, STARTED)
    assert spec.when(step(Step.IDENTITY_CONFIRMED), surroundings(of=ELSEWHERE))


def test_nobody_is_asked_how_a_patient_who_died_is() -> None:
    ended: list[Event] = [BOOKED, STARTED, COMPLETED]
    due = DueFollowUp("session-1", NOW + DAY)
    assert Spec(DECIDER).given(*ended).when(due, mourned(surroundings())) == []
    assert Spec(DECIDER).given(*ended).when(due, surroundings())


COMPLETED = SessionCompleted(
    *("session-1", "course-1", "plan-1", "patient-1", 1, "clinic-1", "room-1", "practitioner-1"),
    device_head_id=None,
    administrations=(),
    started_at=NOW,
    completed_at=NOW,
)


def test_a_session_is_opened_to_a_clinic_once_and_stays_its_own() -> None:
    spec, share = Spec(sharing(DECIDER)), ShareRecord("session-1", NOW, "clinic-2")
    shared = RecordShared("session-1", "patient-1", "clinic-2", NOW)
    assert spec.given(BOOKED).when(share, surroundings()) == [shared]
    state = Spec(sharing(DECIDER)).given(BOOKED, shared).state
    assert state is not None
    assert (state.clinic_id, state.further_clinic_ids) == ("clinic-1", ("clinic-2",))
    assert Spec(sharing(DECIDER)).given(BOOKED, shared).when(share, surroundings()) == []
    home = replace(share, clinic_id="clinic-1")
    assert Spec(sharing(DECIDER)).given(BOOKED).when(home, surroundings()) == []
    assert Spec(sharing(DECIDER)).when(share, surroundings()) == []


def test_it_decides_as_it_did() -> None:
    shared = RecordShared("session-1", "patient-1", "clinic-2", NOW)
    started = Spec(sharing(DECIDER)).given(BOOKED, shared).when(START, surroundings())
    assert started == [STARTED]
