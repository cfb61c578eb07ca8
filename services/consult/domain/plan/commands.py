"""What may be asked of a plan."""

from dataclasses import dataclass
from datetime import datetime

from services.chassis.kernel import SealedText
from services.consult.domain.plan.model import (
    Cocktail,
    Goal,
    Money,
    PlanAmendmentReason,
    PlanImport,
    PlanWithdrawalReason,
    ScheduleDeviationReason,
    TopicalAnaesthetic,
)


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
    maintenance_protocol_code: str = ""
    maintenance_sessions: int = 0
    offset_weeks: tuple[int, ...] = ()
    deviation_reason: ScheduleDeviationReason | None = None
    supplementary_therapy_codes: tuple[str, ...] = ()
    topical_anaesthetic: TopicalAnaesthetic | None = None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Bring a half-used course of another system in: a proposal of what is left of it."""

    plan_id: str
    patient_id: str
    consultation_id: str
    clinic_id: str
    practitioner_id: str
    goals: tuple[Goal, ...]
    cocktail: Cocktail
    protocol_code: str
    imported: PlanImport
    at: datetime
    maintenance_protocol_code: str = ""
    maintenance_sessions: int = 0
    offset_weeks: tuple[int, ...] = ()
    deviation_reason: ScheduleDeviationReason | None = None
    supplementary_therapy_codes: tuple[str, ...] = ()
    topical_anaesthetic: TopicalAnaesthetic | None = None


@dataclass(frozen=True, slots=True)
class AmendPlan:
    """Change what a plan says; what is empty stays, but for what it is to go on `without`."""

    plan_id: str
    practitioner_id: str
    reason: PlanAmendmentReason
    at: datetime
    goals: tuple[Goal, ...] = ()
    cocktail: Cocktail | None = None
    protocol_code: str = ""
    maintenance_protocol_code: str = ""
    maintenance_sessions: int = 0
    offset_weeks: tuple[int, ...] = ()
    deviation_reason: ScheduleDeviationReason | None = None
    supplementary_therapy_codes: tuple[str, ...] = ()
    topical_anaesthetic: TopicalAnaesthetic | None = None
    without_supplementary_therapies: bool = False
    without_topical_anaesthetic: bool = False


@dataclass(frozen=True, slots=True)
class AttachQuote:
    """Take note of billing's quote."""

    plan_id: str
    quote_id: str
    total: Money
    deposit: Money
    valid_until: datetime
    at: datetime
    total_12_months: Money | None = None
    total_24_months: Money | None = None
    amends_quote_id: str | None = None


@dataclass(frozen=True, slots=True)
class SignConsent:
    """Record that the patient and who answers for the plan signed the text with this digest."""

    plan_id: str
    consent_id: str
    practitioner_id: str
    text_digest: bytes
    language: str
    patient_signature_digest: bytes
    practitioner_signature_digest: bytes
    interpreter_present: bool
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


@dataclass(frozen=True, slots=True)
class MovePlan:
    """Have the plan carried out at another clinic of the chain."""

    plan_id: str
    clinic_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SignResponsibility:
    """Answer for a moved plan at its clinic."""

    plan_id: str
    practitioner_id: str
    practitioner_signature_digest: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class RecheckPlan:
    """Hold the plan against the reference data as it is by now."""

    plan_id: str
    at: datetime


Command = (
    ProposePlan
    | ImportPlan
    | AmendPlan
    | AttachQuote
    | SignConsent
    | AcceptPlan
    | WithdrawPlan
    | WithdrawConsent
    | MovePlan
    | SignResponsibility
    | RecheckPlan
)
