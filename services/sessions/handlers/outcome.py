"""The outcome as an aggregate."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.sessions.domain.outcome.commands import MeasureOutcome
from services.sessions.domain.outcome.decider import Belonging
from services.sessions.domain.outcome.model import OutcomeRecord
from services.sessions.handlers.documents import COURSES, OUTCOMES, Outcomes
from services.sessions.handlers.person import survivor, survivor_if_known


async def gather_belonging(
    command: MeasureOutcome, state: OutcomeRecord | None, reader: Reader
) -> Belonging:
    """Return whose measure it is, and the plan's course with whose it is."""
    course = await reader.get(COURSES, command.course_id)
    return Belonging(
        patient_id=await survivor_if_known(command.patient_id, reader),
        course=course,
        course_patient_id=await survivor(course.patient_id, reader) if course else None,
    )


OUTCOME: Outcomes = replace(OUTCOMES, gathers={MeasureOutcome: gather_belonging})
