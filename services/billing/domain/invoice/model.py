"""An invoice: what was asked of a patient, line by line."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.billing.domain.money import Money
from services.billing.domain.price_list.model import BillableItem
from services.chassis.kernel import derived_id


class InvoiceState(Enum):
    """Where an invoice stands."""

    ISSUED = "ISSUED"
    PAID = "PAID"
    SUSPENDED = "SUSPENDED"
    VOIDED = "VOIDED"


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line, with the tax that was decided for it and why (DOMAIN 10 rule 20)."""

    item: BillableItem
    quantity: int
    unit_price: Money
    net: Money
    tax: Money
    total: Money
    tax_basis_points: int
    tax_reason_code: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice of one account."""

    invoice_id: str
    state: InvoiceState
    account_id: str
    plan_id: str
    course_id: str
    patient_id: str
    clinic_id: str
    lines: tuple[InvoiceLine, ...]
    total: Money
    issued_at: datetime
    paid_at: datetime | None
    voided_at: datetime | None = None


def deposit_invoice_of(account_id: str) -> str:
    """Return the id of the invoice for an account's deposit."""
    return derived_id("invoice", account_id, "deposit")
