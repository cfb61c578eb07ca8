"""What happens to an account."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.account.model import PaymentMethod
from services.billing.domain.money import Money


@dataclass(frozen=True, slots=True)
class AccountOpened:
    """An accepted plan has its account."""

    account_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    currency_code: str
    sessions: int
    unit_price: Money
    net: Money
    tax: Money
    total: Money
    deposit: Money
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class PaymentReceived:
    """The till took money."""

    payment_id: str
    account_id: str
    invoice_id: str | None
    patient_id: str
    amount: Money
    method: PaymentMethod
    external_reference_code: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class DepositPaid:
    """The deposit is complete."""

    account_id: str
    plan_id: str
    patient_id: str
    amount: Money
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class CreditsGranted:
    """The account has its credits, one for each session sold."""

    account_id: str
    plan_id: str
    patient_id: str
    credits: int
    granted_at: datetime


@dataclass(frozen=True, slots=True)
class CreditReserved:
    """A credit waits for a booked session."""

    account_id: str
    session_id: str
    patient_id: str
    reserved_at: datetime


@dataclass(frozen=True, slots=True)
class CreditPosted:
    """The session was performed and its credit is used."""

    account_id: str
    session_id: str
    patient_id: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class CreditVoided:
    """The session will not be performed and its credit is free again."""

    account_id: str
    session_id: str
    patient_id: str
    voided_at: datetime


@dataclass(frozen=True, slots=True)
class RevenueRecognised:
    """A performed session is earned; `amount` is before tax."""

    account_id: str
    session_id: str
    patient_id: str
    amount: Money
    tax: Money
    recognised_at: datetime


@dataclass(frozen=True, slots=True)
class AccountAmended:
    """A changed plan was accepted; what is still to be performed costs what its new quote says."""

    account_id: str
    plan_id: str
    patient_id: str
    quote_id: str
    sessions: int
    net: Money
    tax: Money
    total: Money
    amended_at: datetime


@dataclass(frozen=True, slots=True)
class AccountMoved:
    """An account belongs to the clinic that its plan was moved to."""

    account_id: str
    plan_id: str
    clinic_id: str
    moved_at: datetime


@dataclass(frozen=True, slots=True)
class AccountSuspended:
    """The patient took the consent back."""

    account_id: str
    plan_id: str
    patient_id: str
    suspended_at: datetime


@dataclass(frozen=True, slots=True)
class AccountResumed:
    """The plan was accepted again under a new consent."""

    account_id: str
    plan_id: str
    patient_id: str
    resumed_at: datetime


@dataclass(frozen=True, slots=True)
class AccountClosed:
    """The plan was withdrawn."""

    account_id: str
    plan_id: str
    patient_id: str
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class CreditWithheld:
    """A session was booked while its account is suspended; it has no credit until that ends."""

    account_id: str
    session_id: str
    patient_id: str
    withheld_at: datetime


Event = (
    AccountOpened
    | PaymentReceived
    | DepositPaid
    | CreditsGranted
    | CreditReserved
    | CreditPosted
    | CreditVoided
    | RevenueRecognised
    | AccountAmended
    | AccountMoved
    | AccountSuspended
    | AccountResumed
    | AccountClosed
    | CreditWithheld
)
