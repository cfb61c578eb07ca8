"""What is read of fact rows, and by whom it is answered: the store implements Views."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.billing.domain.account.ledger import LedgerAccount
from services.billing.domain.account.model import PaymentMethod
from services.billing.domain.money import Money
from services.billing.domain.price_list.model import Edition


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that a till took."""

    payment_id: str
    account_id: str
    invoice_id: str | None
    amount: Money
    method: PaymentMethod
    external_reference_code: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Posting:
    """A line of the ledger; `place` orders the lines of an account."""

    posting_id: str
    transaction_id: str
    account_id: str
    ledger_account: LedgerAccount
    amount_minor_units: int
    currency_code: str
    event_id: str
    session_id: str | None
    invoice_id: str | None
    payment_id: str | None
    posted_at: datetime
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for: whose, narrowed by ids, from which place on, how much at most."""

    chain_id: str
    most: int
    after: str | None = None
    clinics: frozenset[str] = field(default_factory=frozenset)
    payment_id: str | None = None
    account_id: str | None = None
    invoice_id: str | None = None


class Views(Protocol):
    """Reads fact rows of one chain."""

    async def editions(self, asked: Asked) -> Sequence[Edition]:
        """Return editions of the price list, newest first."""
        ...

    async def postings(self, asked: Asked) -> Sequence[Posting]:
        """Return the ledger's lines of an account, oldest first."""
        ...

    async def payments(self, asked: Asked) -> Sequence[Payment]:
        """Return payments, newest first."""
        ...
