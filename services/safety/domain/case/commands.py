"""What may be asked of a case."""

from dataclasses import dataclass
from datetime import datetime

from services.safety.domain.case.model import ReactionTerm, SeriousnessCriterion


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Open the case of a reported reaction. `session_id` is the session that is suspected."""

    case_id: str
    reaction_id: str
    patient_id: str
    session_id: str | None
    clinic_id: str
    term: ReactionTerm
    severity_grade: int
    criteria: tuple[SeriousnessCriterion, ...]
    onset_at: datetime
    first_aware_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LinkExposures:
    """Lay the case against exposures that came on record after it had opened."""

    case_id: str
    at: datetime


Command = OpenCase | LinkExposures
