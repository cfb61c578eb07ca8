"""The reaction as an aggregate."""

from dataclasses import replace

from services.chassis.handling import Reader
from services.sessions.domain.clinical import HoldKind
from services.sessions.domain.reaction.commands import ReportReaction
from services.sessions.domain.reaction.decider import Heard
from services.sessions.domain.reaction.model import Reaction
from services.sessions.handlers.documents import REACTIONS, SESSIONS, Reactions
from services.sessions.handlers.gate import known
from services.sessions.handlers.person import survivor, survivor_if_known


async def gather_heard(command: ReportReaction, state: Reaction | None, reader: Reader) -> Heard:
    """Return whose report it is, whether the clinic has been heard of, and the session."""
    session = None
    if command.session_id is not None:
        session = await reader.get(SESSIONS, command.session_id)
    return Heard(
        patient_id=await survivor_if_known(command.patient_id, reader),
        clinic=await known(HoldKind.CLINIC, command.clinic_id, reader),
        session=session,
        session_patient_id=await survivor(session.patient_id, reader) if session else None,
    )


REACTION: Reactions = replace(REACTIONS, gathers={ReportReaction: gather_heard})
