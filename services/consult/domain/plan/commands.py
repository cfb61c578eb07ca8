"""What may be asked of a plan."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.plan.model import Cocktail, Goal, Money, PlanWithdrawalReason


@dataclass(frozen=True, slots=True)
class ProposePlan:
    """Propose a cocktail and a schedule to a patient."""

    plan_id: str
    patient_id: str
    consultation_id: str
    clinic_id: str
    practitioner_id: str
    goals: tuple[Goal, ...]
    cocktail: Cocktail
    protocol_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttachQuote:
    """Take note of billing's quote."""

    plan_id: str
    quote_id: str
    total: Money
    deposit: Money
    valid_until: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class SignConsent:
    """Record that the patient signed the text with this digest."""

    plan_id: str
    consent_id: str
    practitioner_id: str
    text_digest: bytes
    language: str
    patient_signature_digest: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class AcceptPlan:
    """Have the plan carried out."""

    plan_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawPlan:
    """End the plan."""

    plan_id: str
    reason: PlanWithdrawalReason
    note: SealedText | None
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawConsent:
    """Take the patient's consent back."""

    plan_id: str
    at: datetime


Command = ProposePlan | AttachQuote | SignConsent | AcceptPlan | WithdrawPlan | WithdrawConsent
