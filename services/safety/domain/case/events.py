"""What happens to a case."""

from dataclasses import dataclass
from datetime import datetime

from services.safety.domain.case.model import CaseExposure, ReactionTerm, SeriousnessCriterion


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A reaction became a case, with the exposures that came before it."""

    case_id: str
    reaction_id: str
    patient_id: str
    suspected_session_id: str | None
    clinic_id: str
    term: ReactionTerm
    severity_grade: int
    serious: bool
    criteria: tuple[SeriousnessCriterion, ...]
    exposures: tuple[CaseExposure, ...]
    latency_windows_version: str
    serious_terms_version: str
    onset_at: datetime
    first_aware_at: datetime
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class CaseExposureLinked:
    """An exposure that was not on record when the case opened is laid to it."""

    case_id: str
    reaction_id: str
    patient_id: str
    clinic_id: str
    exposure: CaseExposure
    latency_windows_version: str
    linked_at: datetime


Event = CaseOpened | CaseExposureLinked
