"""The reaction as an aggregate."""

from services.chassis.handling import Aggregate, Reader
from services.sessions.domain.clinical import HoldKind
from services.sessions.domain.person.commands import Repoint
from services.sessions.domain.person.events import RecordRepointed
from services.sessions.domain.person.following import following
from services.sessions.domain.reaction.commands import Command, ReportReaction
from services.sessions.domain.reaction.decider import DECIDER, Heard
from services.sessions.domain.reaction.events import Event
from services.sessions.domain.reaction.model import Reaction
from services.sessions.domain.sharing import RecordShared, ShareRecord, sharing
from services.sessions.handlers.gate import known
from services.sessions.handlers.person import survivor, survivor_if_known
from services.sessions.handlers.session import SESSION


async def gather_heard(command: ReportReaction, state: Reaction | None, reader: Reader) -> Heard:
    """Return whose report it is, whether the clinic has been heard of, and the session."""
    session = None
    if command.session_id is not None:
        session = await reader.get(SESSION, command.session_id)
    return Heard(
        patient_id=await survivor_if_known(command.patient_id, reader),
        clinic=await known(HoldKind.CLINIC, command.clinic_id, reader),
        session=session,
        session_patient_id=await survivor(session.patient_id, reader) if session else None,
    )


REACTION: Aggregate[
    Reaction, Command | Repoint | ShareRecord, Event | RecordRepointed | RecordShared, Heard
] = Aggregate(
    "reaction",
    sharing(following(DECIDER)),
    Reaction,
    shape=2,
    gathers={ReportReaction: gather_heard},
    further_only_read=True,
)
