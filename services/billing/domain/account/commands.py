"""What may be asked of an account."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.account.model import PaymentMethod
from services.billing.domain.money import Money


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Open the account of an accepted plan on the terms of its quote, or change it to a new one's.

    A plan that is accepted again under a new consent resumes it.

    `carried_over_code` names the payment that a half-used course of another system brings along.
    """

    account_id: str
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    at: datetime
    carried_over_code: str | None = None


@dataclass(frozen=True, slots=True)
class MoveAccount:
    """Let the account follow its plan to another clinic."""

    account_id: str
    clinic_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceDue:
    """The invoice that a payment is for; `changed` since the caller saw it."""

    total: Money
    paid: bool
    changed: bool = False


@dataclass(frozen=True, slots=True)
class RecordPayment:
    """Take in what the till took."""

    account_id: str
    payment_id: str
    invoice_id: str | None
    invoice: InvoiceDue | None
    amount: Money
    method: PaymentMethod
    external_reference_code: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReserveCredit:
    """Keep a credit for a booked session."""

    account_id: str
    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostCredit:
    """Use the credit of a performed session, and recognise what it earned."""

    account_id: str
    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VoidCredit:
    """Free the credit of a session that will not be performed."""

    account_id: str
    session_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SuspendAccount:
    """Stop the account, since the patient took the consent back."""

    account_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CloseAccount:
    """Close the account for good, since its plan was withdrawn."""

    account_id: str
    at: datetime


Command = (
    OpenAccount
    | MoveAccount
    | RecordPayment
    | ReserveCredit
    | PostCredit
    | VoidCredit
    | SuspendAccount
    | CloseAccount
)
