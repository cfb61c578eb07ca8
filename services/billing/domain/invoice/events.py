"""What happens to an invoice."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.invoice.model import InvoiceLine
from services.billing.domain.money import Money


@dataclass(frozen=True, slots=True)
class InvoiceIssued:
    """The patient is asked to pay."""

    invoice_id: str
    account_id: str
    plan_id: str
    course_id: str
    patient_id: str
    clinic_id: str
    lines: tuple[InvoiceLine, ...]
    total: Money
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class InvoicePaid:
    """The invoice is settled."""

    invoice_id: str
    account_id: str
    payment_id: str
    patient_id: str
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceSuspended:
    """Nothing is due while the account is suspended."""

    invoice_id: str
    account_id: str
    patient_id: str
    suspended_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceResumed:
    """What it asks for is due again."""

    invoice_id: str
    account_id: str
    patient_id: str
    resumed_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceVoided:
    """The account was closed before it was paid."""

    invoice_id: str
    account_id: str
    patient_id: str
    voided_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceMoved:
    """It belongs to the clinic that its account was moved to."""

    invoice_id: str
    account_id: str
    clinic_id: str
    moved_at: datetime


Event = (
    InvoiceIssued | InvoicePaid | InvoiceSuspended | InvoiceResumed | InvoiceVoided | InvoiceMoved
)
