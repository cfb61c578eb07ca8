"""What happens to a reaction."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.sessions.domain.reaction.model import ReactionTerm, SeriousnessCriterion


@dataclass(frozen=True, slots=True)
class ReactionObserved:
    """A reaction was reported."""

    reaction_id: str
    patient_id: str
    session_id: str | None
    clinic_id: str
    plan_id: str | None
    term: ReactionTerm
    severity_grade: int
    grading_version: str
    criteria: tuple[SeriousnessCriterion, ...]
    narrative: SealedText | None
    onset_at: datetime
    first_aware_at: datetime
    observed_at: datetime


Event = ReactionObserved
