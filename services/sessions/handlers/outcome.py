"""The outcome as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.clinical import HoldKind
from services.sessions.domain.outcome.commands import Command, MeasureOutcome
from services.sessions.domain.outcome.decider import DECIDER, Belonging
from services.sessions.domain.outcome.events import Event
from services.sessions.domain.outcome.model import OutcomeRecord
from services.sessions.handlers.course import COURSE
from services.sessions.handlers.gate import known


async def gather_belonging(
    command: MeasureOutcome, state: OutcomeRecord | None, reader: Reader
) -> Belonging:
    """Return whether the patient has been heard of, and the plan's course."""
    course = await reader.get(COURSE, command.course_id)
    return Belonging(await known(HoldKind.PATIENT, command.patient_id, reader), course)


OUTCOME: Aggregate[OutcomeRecord, Command, Event, Belonging] = Aggregate(
    "outcome", DECIDER, OutcomeRecord, gathers={MeasureOutcome: gather_belonging}
)
