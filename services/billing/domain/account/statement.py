"""What is shown of an account: credits counted, balances in Money, under the resource's names."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.account.model import Account, AccountState
from services.billing.domain.money import Money, amount_of


@dataclass(frozen=True, slots=True)
class Credits:
    """granted = available + reserved + posted."""

    granted: int
    available: int
    reserved: int
    posted: int


@dataclass(frozen=True, slots=True)
class Balances:
    """received + receivable = contract_liability + revenue + tax_payable + refunded.

    `refundable` is the contract_liability of a closed account, and none of an open one's.
    """

    received: Money
    contract_liability: Money
    revenue: Money
    receivable: Money
    refunded: Money
    tax_payable: Money
    refundable: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """An account as it is shown."""

    account_id: str
    state: AccountState
    plan_id: str
    patient_id: str
    clinic_id: str
    quote_id: str
    currency_code: str
    credits: Credits
    balances: Balances
    total: Money
    deposit: Money
    deposit_paid_at: datetime | None
    opened_at: datetime
    suspended_at: datetime | None
    closed_at: datetime | None


def statement(account: Account) -> Statement:
    """Return what is shown of `account`."""
    return Statement(
        account_id=account.account_id,
        state=account.state,
        plan_id=account.plan_id,
        patient_id=account.patient_id,
        clinic_id=account.clinic_id,
        quote_id=account.quote_id,
        currency_code=account.currency_code,
        credits=Credits(
            granted=account.credits_granted,
            available=account.credits_available,
            reserved=len(account.reserved),
            posted=len(account.posted),
        ),
        balances=balances(account),
        total=amount_of(account.currency_code, account.total_minor_units),
        deposit=amount_of(account.currency_code, account.deposit_minor_units),
        deposit_paid_at=account.deposit_paid_at,
        opened_at=account.opened_at,
        suspended_at=account.suspended_at,
        closed_at=account.closed_at,
    )


def balances(account: Account) -> Balances:
    """Return the balances; the contract's position is a liability or a receivable, never both."""

    def money(minor: int) -> Money:
        return amount_of(account.currency_code, minor)

    return Balances(
        received=money(account.received_minor_units),
        contract_liability=money(max(0, account.contract_position)),
        revenue=money(account.revenue),
        receivable=money(max(0, -account.contract_position)),
        refunded=money(account.refunded_minor_units),
        tax_payable=money(account.tax_payable),
        refundable=money(account.refundable),
    )
