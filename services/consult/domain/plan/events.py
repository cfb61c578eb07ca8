"""What happens to a plan."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.plan.model import (
    Cocktail,
    Goal,
    Money,
    PlanWithdrawalReason,
    Protocol,
)


@dataclass(frozen=True, slots=True)
class PlanProposed:
    """A treatment is proposed; billing answers with a quote."""

    plan_id: str
    patient_id: str
    consultation_id: str
    clinic_id: str
    practitioner_id: str
    goals: tuple[Goal, ...]
    cocktail: Cocktail
    protocol: Protocol
    formulary_version: str
    suitability_rules_version: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class QuoteAttached:
    """Billing's quote reached the plan."""

    plan_id: str
    quote_id: str
    total: Money
    deposit: Money
    valid_until: datetime
    attached_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentSigned:
    """The patient signed the text of the plan as it is."""

    plan_id: str
    consent_id: str
    patient_id: str
    practitioner_id: str
    text_digest: bytes
    language: str
    patient_signature_digest: bytes
    plan_version: int
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PlanAccepted:
    """The plan is to be carried out."""

    plan_id: str
    patient_id: str
    clinic_id: str
    practitioner_id: str
    quote_id: str
    consent_id: str
    cocktail: Cocktail
    protocol: Protocol
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """The patient took the consent back."""

    plan_id: str
    consent_id: str
    patient_id: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class PlanWithdrawn:
    """The plan is over."""

    plan_id: str
    patient_id: str
    reason: PlanWithdrawalReason
    note: SealedText | None
    withdrawn_at: datetime


Event = (
    PlanProposed | QuoteAttached | ConsentSigned | PlanAccepted | ConsentWithdrawn | PlanWithdrawn
)
