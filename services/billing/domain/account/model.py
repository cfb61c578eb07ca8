"""The account of one accepted plan: its credits and its money.

A prepayment is owed to the patient until a session is performed; then that session's share,
fixed at the sale, is earned (DOMAIN section 9, revenue; section 10 rule 19).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.billing.domain.money import allocate
from services.chassis.kernel import derived_id


class AccountState(Enum):
    """Where an account stands."""

    OPEN = "OPEN"
    SUSPENDED = "SUSPENDED"
    CLOSED = "CLOSED"


class PaymentMethod(Enum):
    """How it was paid."""

    CARD = "CARD"
    CASH = "CASH"
    BANK_TRANSFER = "BANK_TRANSFER"
    DIRECT_DEBIT = "DIRECT_DEBIT"
    # To another system, before the course came here.
    CARRIED_OVER = "CARRIED_OVER"


@dataclass(frozen=True, slots=True)
class Share:
    """What one session of the course earns, in minor units."""

    net: int
    tax: int

    @property
    def gross(self) -> int:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Account:
    """Credits by session, and money in minor units of one currency.

    `shares` has one for each session sold; the n-th performed session takes the n-th. `posted`
    is in the order of performance. `former_quote_ids` are those that amendments took the place of.
    `withheld` are sessions that were booked while it is suspended, and wait for their credit.
    `accepted_at` is when the plan was accepted last.
    """

    account_id: str
    state: AccountState
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    former_quote_ids: tuple[str, ...]
    currency_code: str
    shares: tuple[Share, ...]
    total_minor_units: int
    deposit_minor_units: int
    received_minor_units: int
    refunded_minor_units: int
    credits_granted: int
    reserved: tuple[str, ...]
    posted: tuple[str, ...]
    paid_invoices: tuple[str, ...]
    deposit_paid_at: datetime | None
    deposit_payment_id: str | None
    opened_at: datetime
    accepted_at: datetime
    withheld: tuple[str, ...] = ()
    suspended_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def credits_available(self) -> int:
        return self.credits_granted - len(self.reserved) - len(self.posted)

    @property
    def due(self) -> int:
        """What may still be paid; nothing where an amended plan costs less than was paid."""
        return max(0, self.total_minor_units - self.received_minor_units)

    @property
    def earned(self) -> tuple[Share, ...]:
        """The shares of the performed sessions."""
        return self.shares[: len(self.posted)]

    @property
    def revenue(self) -> int:
        return sum(share.net for share in self.earned)

    @property
    def tax_payable(self) -> int:
        return sum(share.tax for share in self.earned)

    def accepted(self, quote_id: str) -> bool:
        """Tell whether the plan was accepted on this quote, now or before it was amended."""
        return quote_id == self.quote_id or quote_id in self.former_quote_ids

    @property
    def contract_position(self) -> int:
        """Paid less earned: above zero it is owed to the patient, below zero by the patient."""
        earned = self.revenue + self.tax_payable
        return self.received_minor_units - earned - self.refunded_minor_units

    @property
    def refundable(self) -> int:
        """What no session will earn any more: the liability of a closed account, never below zero.

        It is worked out, not kept, so that a session that is told late lowers it.
        """
        return max(0, self.contract_position) if self.state is AccountState.CLOSED else 0


def spread(net: int, tax: int, sessions: int) -> tuple[Share, ...]:
    """Return each session's share of a sale; they add up to it. No session, no share."""
    if sessions == 0:
        return ()
    alike = [1] * sessions
    return tuple(map(Share, allocate(net, alike), allocate(tax, alike)))


def carried_over_of(account_id: str) -> str:
    """Return the id of the one payment that another system's course brings along."""
    return derived_id("payment", account_id, "carried_over")


def account_of(plan_id: str) -> str:
    """Return the id of a plan's one account."""
    return derived_id("account", plan_id)
