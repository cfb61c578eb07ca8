"""What happens to a plan."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import SealedText
from services.consult.domain.plan.model import (
    Cocktail,
    Goal,
    Money,
    PlanAmendmentReason,
    PlanImport,
    PlanWithdrawalReason,
    Protocol,
    ScheduleDeviationReason,
    TopicalAnaesthetic,
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
    induction_sessions: int = 0
    maintenance_protocol_code: str = ""
    maintenance_version: str = ""
    deviation_reason: ScheduleDeviationReason | None = None
    supplementary_therapy_codes: tuple[str, ...] = ()
    topical_anaesthetic: TopicalAnaesthetic | None = None
    jurisdiction_code: str = ""
    sessions_12_months: int = 0
    sessions_24_months: int = 0
    imported: PlanImport | None = None
    resumes_on: date | None = None


@dataclass(frozen=True, slots=True)
class QuoteAttached:
    """Billing's quote reached the plan."""

    plan_id: str
    quote_id: str
    total: Money
    deposit: Money
    valid_until: datetime
    attached_at: datetime
    total_12_months: Money | None = None
    total_24_months: Money | None = None


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
    practitioner_signature_digest: bytes
    interpreter_present: bool


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
    earliest_session_at: datetime
    terms_version: int
    first_time: bool
    imported: PlanImport | None = None


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


@dataclass(frozen=True, slots=True)
class PlanFlagged:
    """A plan no longer passes the reference data."""

    plan_id: str
    patient_id: str
    flag_codes: tuple[str, ...]
    formulary_version: str
    flagged_at: datetime


@dataclass(frozen=True, slots=True)
class PlanCleared:
    """It passes again."""

    plan_id: str
    patient_id: str
    formulary_version: str
    cleared_at: datetime


@dataclass(frozen=True, slots=True)
class PlanAmended:
    """What a plan says was changed; its history stays."""

    plan_id: str
    patient_id: str
    consultation_id: str
    clinic_id: str
    practitioner_id: str
    reason: PlanAmendmentReason
    goals: tuple[Goal, ...]
    cocktail: Cocktail
    protocol: Protocol
    induction_sessions: int
    maintenance_protocol_code: str
    maintenance_version: str
    deviation_reason: ScheduleDeviationReason | None
    supplementary_therapy_codes: tuple[str, ...]
    topical_anaesthetic: TopicalAnaesthetic | None
    formulary_version: str
    suitability_rules_version: str
    terms_version: int
    amended_quote_id: str | None
    sessions_12_months: int
    sessions_24_months: int
    amended_at: datetime
    jurisdiction_code: str


@dataclass(frozen=True, slots=True)
class ConsentVoided:
    """A signature no longer stands for the plan as it is."""

    plan_id: str
    consent_id: str
    patient_id: str
    terms_version: int
    voided_at: datetime


@dataclass(frozen=True, slots=True)
class PlanMoved:
    """A plan is carried out at another clinic of the chain."""

    plan_id: str
    patient_id: str
    former_clinic_id: str
    clinic_id: str
    moved_at: datetime
    jurisdiction_code: str
    consultation_id: str


@dataclass(frozen=True, slots=True)
class ResponsibilitySigned:
    """Who answers for a moved plan at its new clinic signed."""

    plan_id: str
    patient_id: str
    clinic_id: str
    practitioner_id: str
    consent_id: str
    practitioner_signature_digest: bytes
    signed_at: datetime


Event = (
    PlanProposed
    | QuoteAttached
    | ConsentSigned
    | PlanAccepted
    | ConsentWithdrawn
    | PlanWithdrawn
    | PlanFlagged
    | PlanCleared
    | PlanAmended
    | ConsentVoided
    | PlanMoved
    | ResponsibilitySigned
)
