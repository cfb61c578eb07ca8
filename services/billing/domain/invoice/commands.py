"""What may be asked of an invoice."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class IssueInvoice:
    """Ask for the deposit of a course that was opened."""

    invoice_id: str
    account_id: str
    plan_id: str
    course_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SettleInvoice:
    """Close the invoice, now that the deposit it asks for is paid."""

    invoice_id: str
    account_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SuspendInvoice:
    """Let nothing be due while the account is suspended."""

    invoice_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ResumeInvoice:
    """Let it be due again."""

    invoice_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VoidInvoice:
    """Ask for nothing any more, since the account is closed."""

    invoice_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MoveInvoice:
    """Let it follow its account to another clinic, where it is paid from now on."""

    invoice_id: str
    clinic_id: str
    at: datetime


Following = SuspendInvoice | ResumeInvoice | VoidInvoice | MoveInvoice
Command = IssueInvoice | SettleInvoice | Following
