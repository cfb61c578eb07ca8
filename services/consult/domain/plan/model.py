"""A plan: what a patient is to be given, how often, at what price, and whether they agreed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum


class Goal(Enum):
    """What a cocktail is for."""

    NOURISHMENT = "NOURISHMENT"
    STIMULATION = "STIMULATION"
    HORMONAL_BALANCE = "HORMONAL_BALANCE"


class PreparationSource(Enum):
    """How the ingredients come to the needle."""

    CLINIC_MIXED = "CLINIC_MIXED"
    PHARMACY_COMPOUNDED_LOT = "PHARMACY_COMPOUNDED_LOT"
    SEPARATE_SYRINGES = "SEPARATE_SYRINGES"


class PlanState(Enum):
    """Where a plan stands."""

    PROPOSED = "PROPOSED"
    QUOTED = "QUOTED"
    CONSENTED = "CONSENTED"
    ACCEPTED = "ACCEPTED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    WITHDRAWN = "WITHDRAWN"


class PlanWithdrawalReason(Enum):
    """Why a plan was withdrawn."""

    PATIENT_WISH = "PATIENT_WISH"
    MEDICAL = "MEDICAL"
    CLINIC_WISH = "CLINIC_WISH"
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"


@dataclass(frozen=True, slots=True)
class Component:
    """One ingredient with its dose for one session."""

    ingredient_code: str
    dose_micrograms: int


@dataclass(frozen=True, slots=True)
class Cocktail:
    """What one session injects."""

    components: tuple[Component, ...]
    source: PreparationSource
    volume_microlitres: int


@dataclass(frozen=True, slots=True)
class SessionWindow:
    """When one session may take place, in days from the first performed one."""

    number: int
    earliest_days: int
    ideal_days: int
    latest_days: int


@dataclass(frozen=True, slots=True)
class Protocol:
    """A published schedule as it stood when it was used."""

    protocol_code: str
    version: str
    windows: tuple[SessionWindow, ...]
    floor_days: int


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: whole units and billionths of a unit, both of one sign."""

    currency_code: str
    units: int
    nanos: int


class ScheduleDeviationReason(Enum):
    """Why a plan's sessions are not those of its template."""

    CLINICAL = "CLINICAL"
    PATIENT_AVAILABILITY = "PATIENT_AVAILABILITY"
    COST = "COST"


@dataclass(frozen=True, slots=True)
class TopicalAnaesthetic:
    """A numbing cream that counts against the limits of local anaesthetics."""

    product_code: str
    mass_milligrams: int


class PlanAmendmentReason(Enum):
    """Why a plan was changed."""

    RESPONSE = "RESPONSE"
    REACTION = "REACTION"
    REFERENCE_CHANGED = "REFERENCE_CHANGED"
    PATIENT_WISH = "PATIENT_WISH"
    ENTERED_IN_ERROR = "ENTERED_IN_ERROR"


@dataclass(frozen=True, slots=True)
class PlanImport:
    """What another system had done and been paid of a course before it came here."""

    system_code: str
    external_reference_code: str
    sessions_performed: int
    last_performed_on: date
    prepaid_sessions: int
    prepaid_amount: Money | None


@dataclass(frozen=True, slots=True)
class PlanQuote:
    """What the plan knows of its quote; billing owns it."""

    quote_id: str
    total: Money
    deposit: Money
    valid_until: datetime
    total_12_months: Money | None = None
    total_24_months: Money | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """A patient's signature under a text."""

    consent_id: str
    practitioner_id: str
    text_digest: bytes
    language: str
    patient_signature_digest: bytes
    plan_version: int
    signed_at: datetime
    withdrawn_at: datetime | None
    practitioner_signature_digest: bytes = b""
    interpreter_present: bool = False
    voided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan said before it was changed, and at what price."""

    terms_version: int
    goals: tuple[Goal, ...]
    cocktail: Cocktail
    protocol: Protocol
    formulary_version: str
    quote: PlanQuote | None
    consent_id: str | None
    reason: PlanAmendmentReason
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan; `terms_version` is the version at which what the patient signs last changed.

    The text is made in the law and of the rows of the day of its terms, `terms_at`, wherever the
    plan is carried out later. `moved` until whoever answers for it at its clinic has signed.
    """

    plan_id: str
    state: PlanState
    patient_id: str
    consultation_id: str
    clinic_id: str
    practitioner_id: str
    goals: tuple[Goal, ...]
    cocktail: Cocktail
    protocol: Protocol
    formulary_version: str
    suitability_rules_version: str
    quote: PlanQuote | None
    consent: Consent | None
    withdrawal_reason: PlanWithdrawalReason | None
    version: int
    terms_version: int
    proposed_at: datetime
    accepted_at: datetime | None
    withdrawn_at: datetime | None
    induction_sessions: int = 0
    maintenance_protocol_code: str = ""
    maintenance_version: str = ""
    deviation_reason: ScheduleDeviationReason | None = None
    supplementary_therapy_codes: tuple[str, ...] = ()
    topical_anaesthetic: TopicalAnaesthetic | None = None
    jurisdiction_code: str = ""
    earlier_terms: tuple[PlanTerms, ...] = ()
    flag_codes: tuple[str, ...] = ()
    responsible_signed: bool = False
    imported: PlanImport | None = None
    terms_at: datetime | None = None
    # Of an imported plan: the first day on which it may go on.
    resumes_on: date | None = None
    sessions_12_months: int = 0
    sessions_24_months: int = 0
    # The quote whose price basis holds; None before the plan was amended.
    amended_quote_id: str | None = None
    moved: bool = False
    times_accepted: int = 0
