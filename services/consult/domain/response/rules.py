"""The named rules by which a response is judged: a local definition, which the chain signs."""

from dataclasses import dataclass

from services.consult.domain.response.model import TrialFigure


@dataclass(frozen=True, slots=True)
class ResponseRules:
    """When a response is judged, by what, and what trials found. Package F adds the rules."""

    version: str
    signed_by_code: str
    label: str
    review_weeks: tuple[int, ...]
    trials: tuple[TrialFigure, ...]
