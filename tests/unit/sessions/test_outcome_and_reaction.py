"""Outcomes belong to a patient's plan; reactions to a patient, and perhaps to a session."""

from dataclasses import replace
from datetime import datetime

import pytest

from services.chassis.kernel import DomainError, SealedText
from services.sessions.domain.course.errors import PlanNotFound
from services.sessions.domain.gate.errors import SubjectUnknown
from services.sessions.domain.lot.errors import ClinicNotFound
from services.sessions.domain.outcome.commands import MeasureOutcome
from services.sessions.domain.outcome.decider import DECIDER as OUTCOME
from services.sessions.domain.outcome.decider import Belonging
from services.sessions.domain.outcome.errors import PlanNotOfPatient
from services.sessions.domain.outcome.model import AssessorKind, Measure, Outcome
from services.sessions.domain.reaction.commands import ReportReaction
from services.sessions.domain.reaction.decider import DECIDER as REACTION
from services.sessions.domain.reaction.decider import Heard
from services.sessions.domain.reaction.errors import SessionNotOfPatient
from services.sessions.domain.reaction.model import ReactionTerm, SeriousnessCriterion
from services.sessions.domain.session.decider import DECIDER as SESSION
from services.sessions.domain.session.errors import SessionNotFound
from tests.support.spec import Spec
from tests.unit.sessions.cases import BOOKED, DAY, NOW, course

MEASURE = MeasureOutcome(
    *("outcome-1", "patient-1", "plan-1", "course-1"),
    outcome=Outcome(Measure.PULL_TEST_SHED, 4_000, 12),
    assessor=AssessorKind.BLINDED,
    at=NOW,
)
REPORT = ReportReaction(
    *("reaction-1", "patient-1", "session-1", "clinic-1"),
    term=ReactionTerm.INJECTION_SITE_NODULE,
    severity_grade=2,
    grading_version="CTCAE-6.0",
    criteria=(SeriousnessCriterion.HOSPITALISATION,),
    onset_at=NOW - DAY,
    first_aware_at=None,
    narrative=SealedText("narrative", "version-1", b"digest"),
    at=NOW,
)
SESSION_1 = Spec(SESSION).given(BOOKED).state
HEARD = Heard("patient-1", True, SESSION_1, "patient-1")
BELONGS = Belonging("patient-1", course(), "patient-1")


def test_an_outcome_is_measured_where_the_course_is() -> None:
    [event] = Spec(OUTCOME).when(MEASURE, BELONGS)
    assert (event.clinic_id, event.outcome, event.measured_at) == ("clinic-1", MEASURE.outcome, NOW)
    assert Spec(OUTCOME).given(event).when(MEASURE, BELONGS) == []


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        (replace(BELONGS, patient_id=None), SubjectUnknown),
        (replace(BELONGS, course=None), PlanNotFound),
        (replace(BELONGS, course_patient_id="patient-2"), PlanNotOfPatient),
    ],
)
def test_an_outcome_is_refused(facts: Belonging, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        Spec(OUTCOME).when(MEASURE, facts)


def test_a_reaction_carries_the_plan_of_its_session() -> None:
    [event] = Spec(REACTION).when(REPORT, HEARD)
    assert (event.session_id, event.plan_id) == ("session-1", "plan-1")
    assert event.narrative == REPORT.narrative


def test_what_names_a_merged_patient_is_the_survivors() -> None:
    """The report still names the duplicate; its session follows, or has followed already."""
    merged = replace(HEARD, patient_id="patient-2", session_patient_id="patient-2")
    [reaction] = Spec(REACTION).when(REPORT, merged)
    [outcome] = Spec(OUTCOME).when(MEASURE, Belonging("patient-2", course(), "patient-2"))
    assert (reaction.patient_id, outcome.patient_id) == ("patient-2", "patient-2")


def test_a_reaction_needs_no_session() -> None:
    command = replace(REPORT, session_id=None)
    [event] = Spec(REACTION).when(command, replace(HEARD, session=None))
    assert (event.session_id, event.plan_id) == (None, None)


@pytest.mark.parametrize(("said", "known"), [(None, NOW), (NOW - DAY, NOW - DAY), (NOW + DAY, NOW)])
def test_the_reporting_clocks_start_no_later_than_now(
    said: datetime | None, known: datetime
) -> None:
    command = replace(REPORT, first_aware_at=said)
    [event] = Spec(REACTION).when(command, HEARD)
    assert event.first_aware_at == known


@pytest.mark.parametrize(
    ("command", "facts", "refusal"),
    [
        (REPORT, replace(HEARD, patient_id=None), SubjectUnknown),
        (REPORT, replace(HEARD, clinic=False), ClinicNotFound),
        (REPORT, replace(HEARD, session=None), SessionNotFound),
        (REPORT, replace(HEARD, patient_id="patient-2"), SessionNotOfPatient),
    ],
)
def test_a_report_is_refused(
    command: ReportReaction, facts: Heard, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(REACTION).when(command, facts)
