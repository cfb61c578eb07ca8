"""What may be asked of a reaction."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.sessions.domain.reaction.model import ReactionTerm, SeriousnessCriterion


@dataclass(frozen=True, slots=True)
class ReportReaction:
    """Report a reaction; suspicion is enough."""

    reaction_id: str
    patient_id: str
    session_id: str | None
    clinic_id: str
    term: ReactionTerm
    severity_grade: int
    grading_version: str
    criteria: tuple[SeriousnessCriterion, ...]
    onset_at: datetime
    first_aware_at: datetime | None
    narrative: SealedText | None
    at: datetime


Command = ReportReaction
