"""The outcome as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.outcome.commands import Command, MeasureOutcome
from services.sessions.domain.outcome.decider import DECIDER, Belonging
from services.sessions.domain.outcome.events import Event
from services.sessions.domain.outcome.model import OutcomeRecord
from services.sessions.domain.person.commands import Repoint
from services.sessions.domain.person.events import RecordRepointed
from services.sessions.domain.person.following import following
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.person import survivor, survivor_if_known


async def gather_belonging(
    command: MeasureOutcome, state: OutcomeRecord | None, reader: Reader
) -> Belonging:
    """Return whose measure it is, and the plan's course with whose it is."""
    course = await reader.get(COURSE, command.course_id)
    return Belonging(
        patient_id=await survivor_if_known(command.patient_id, reader),
        course=course,
        course_patient_id=await survivor(course.patient_id, reader) if course else None,
    )


OUTCOME: Aggregate[OutcomeRecord, Command | Repoint, Event | RecordRepointed, Belonging] = (
    Aggregate(
        "outcome", following(DECIDER), OutcomeRecord, gathers={MeasureOutcome: gather_belonging}
    )
)
