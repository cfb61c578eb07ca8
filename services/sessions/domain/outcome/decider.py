"""How an outcome decides and changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.kernel import Decider
from services.sessions.domain.course.errors import PlanNotFound
from services.sessions.domain.course.model import Course
from services.sessions.domain.gate.errors import SubjectUnknown
from services.sessions.domain.outcome.commands import Command
from services.sessions.domain.outcome.errors import PlanNotOfPatient
from services.sessions.domain.outcome.events import Event, OutcomeMeasured
from services.sessions.domain.outcome.model import OutcomeRecord


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose the measure is now, None of a patient not heard of; the plan's course, and whose."""

    patient_id: str | None
    course: Course | None
    course_patient_id: str | None


def decide(command: Command, state: OutcomeRecord | None, facts: Belonging) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    if state is not None:
        return []
    if facts.patient_id is None:
        raise SubjectUnknown
    if facts.course is None:
        raise PlanNotFound
    if facts.course_patient_id != facts.patient_id:
        raise PlanNotOfPatient
    return [
        OutcomeMeasured(
            outcome_id=command.outcome_id,
            patient_id=facts.patient_id,
            plan_id=command.plan_id,
            clinic_id=facts.course.clinic_id,
            outcome=command.outcome,
            assessor=command.assessor,
            measured_at=command.at,
        )
    ]


def evolve(state: OutcomeRecord | None, event: Event) -> OutcomeRecord:
    """Return the state after `event`."""
    return OutcomeRecord(
        outcome_id=event.outcome_id,
        patient_id=event.patient_id,
        plan_id=event.plan_id,
        clinic_id=event.clinic_id,
        outcome=event.outcome,
        assessor=event.assessor,
        measured_at=event.measured_at,
    )


DECIDER: Decider[OutcomeRecord, Command, Event, Belonging] = Decider(decide, evolve)
