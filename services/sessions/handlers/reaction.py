"""The reaction as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.clinical import HoldKind
from services.sessions.domain.reaction.commands import Command, ReportReaction
from services.sessions.domain.reaction.decider import DECIDER, Heard
from services.sessions.domain.reaction.events import Event
from services.sessions.domain.reaction.model import Reaction
from services.sessions.handlers.gate import known
from services.sessions.handlers.session import SESSION


async def gather_heard(command: ReportReaction, state: Reaction | None, reader: Reader) -> Heard:
    """Return whether patient and clinic have been heard of, and the suspected session."""
    session = None
    if command.session_id is not None:
        session = await reader.get(SESSION, command.session_id)
    return Heard(
        session=session,
        patient=await known(HoldKind.PATIENT, command.patient_id, reader),
        clinic=await known(HoldKind.CLINIC, command.clinic_id, reader),
    )


REACTION: Aggregate[Reaction, Command, Event, Heard] = Aggregate(
    "reaction", DECIDER, Reaction, gathers={ReportReaction: gather_heard}
)
