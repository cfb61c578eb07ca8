"""What a response has to know beside its own document."""

from dataclasses import dataclass

from services.consult.domain.response.rules import ResponseRules


@dataclass(frozen=True, slots=True)
class FollowedPlan:
    """As much of the plan as its response speaks of."""

    patient_id: str
    clinic_id: str
    protocol_code: str
    induction_sessions: int


@dataclass(frozen=True, slots=True)
class Facts:
    """The plan as it is now, and the rules."""

    plan: FollowedPlan | None
    rules: ResponseRules
