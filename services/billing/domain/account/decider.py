"""How an account decides."""

from collections.abc import Sequence

from services.billing.domain.account.commands import (
    CloseAccount,
    Command,
    MoveAccount,
    OpenAccount,
    PostCredit,
    RecordPayment,
    ReserveCredit,
    SuspendAccount,
    VoidCredit,
)
from services.billing.domain.account.errors import AccountNotFound, AmountNotDue, NoCredit
from services.billing.domain.account.events import (
    AccountMoved,
    CreditPosted,
    CreditReserved,
    CreditVoided,
    CreditWithheld,
    Event,
    PaymentReceived,
    RevenueRecognised,
)
from services.billing.domain.account.folding import evolve
from services.billing.domain.account.ledger import project
from services.billing.domain.account.model import Account, AccountState
from services.billing.domain.account.sale import Sold, accept_again, deposit_covered, open_account
from services.billing.domain.account.stopping import close, refuse_stopped, suspend
from services.billing.domain.invoice.errors import InvoiceClosed
from services.billing.domain.money import amount_of, minor_units, minor_units_in
from services.chassis.kernel import Decider

# They follow what becomes of a plan: one that was never accepted has no account to follow it.
Following = MoveAccount | SuspendAccount | CloseAccount


def decide(command: Command, state: Account | None, sold: Sold | None) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal. `sold` is the plan's."""
    if isinstance(command, OpenAccount):
        change = sold or Sold()
        return (
            open_account(command, change) if state is None else accept_again(command, state, change)
        )
    if isinstance(command, Following):
        return follow(command, state) if state is not None else []
    if state is None:
        raise AccountNotFound
    if isinstance(command, RecordPayment):
        return record_payment(command, state)
    return use_credit(command, state)


def follow(command: Following, account: Account) -> Sequence[Event]:
    """Return what becomes of the account as its plan moves or ends."""
    match command:
        case MoveAccount():
            return move(command, account)
        case SuspendAccount():
            return suspend(command, account)
        case CloseAccount():
            return close(command, account)


def use_credit(
    command: ReserveCredit | PostCredit | VoidCredit, account: Account
) -> Sequence[Event]:
    """Return what becomes of a session's credit."""
    match command:
        case ReserveCredit():
            return reserve(command, account)
        case PostCredit():
            return post(command, account)
        case VoidCredit():
            return void(command, account)


def move(command: MoveAccount, account: Account) -> Sequence[Event]:
    """Follow the plan to another clinic."""
    if account.clinic_id == command.clinic_id:
        return []
    return [AccountMoved(account.account_id, account.plan_id, command.clinic_id, command.at)]


def record_payment(command: RecordPayment, account: Account) -> Sequence[Event]:
    """Take the payment in, or refuse what is not due."""
    refuse_stopped(account)
    amount = minor_units_in(account.currency_code, command.amount)
    refuse_wrong_invoice(command, account)
    if amount <= 0 or amount > account.due:
        raise AmountNotDue(due_minor_units=str(account.due))
    received = PaymentReceived(
        payment_id=command.payment_id,
        account_id=account.account_id,
        invoice_id=command.invoice_id,
        patient_id=account.patient_id,
        amount=command.amount,
        method=command.method,
        external_reference_code=command.external_reference_code,
        received_at=command.at,
    )
    covers = account.received_minor_units + amount >= account.deposit_minor_units
    if account.deposit_paid_at is not None or not covers:
        return [received]
    return [received, *deposit_covered(account, command.at)]


def refuse_wrong_invoice(command: RecordPayment, account: Account) -> None:
    """Refuse an invoice that is paid, and less or more than it asks for."""
    if command.invoice is None:
        return
    if command.invoice.paid or command.invoice_id in account.paid_invoices:
        raise InvoiceClosed
    if command.amount != command.invoice.total:
        raise AmountNotDue(due_minor_units=str(minor_units(command.invoice.total)))


def reserve(command: ReserveCredit, account: Account) -> Sequence[Event]:
    """Keep a credit; a session that has one keeps it.

    While the account is suspended the booking is noted and gets no credit. It may be one that was
    made before sessions had heard of the withdrawal, and is about to be given up, or one that was
    made after an acceptance that is not heard of here yet.
    """
    session_id = command.session_id
    if session_id in (*account.reserved, *account.posted, *account.withheld):
        return []
    if account.state is AccountState.CLOSED:
        return []
    booked = (account.account_id, session_id, account.patient_id, command.at)
    if account.state is AccountState.SUSPENDED:
        return [CreditWithheld(*booked)]
    refuse_without_credit(account)
    return [CreditReserved(*booked)]


def post(command: PostCredit, account: Account) -> Sequence[Event]:
    """Use the session's credit once, and earn the next share of the sale."""
    session_id = command.session_id
    if session_id in account.posted:
        return []
    if session_id not in account.reserved or len(account.posted) >= len(account.shares):
        refuse_without_credit(account)
    share = account.shares[len(account.posted)]
    whose = (account.account_id, session_id, account.patient_id)
    return [
        CreditPosted(*whose, command.at),
        RevenueRecognised(
            *whose,
            amount_of(account.currency_code, share.net),
            amount_of(account.currency_code, share.tax),
            command.at,
        ),
    ]


def void(command: VoidCredit, account: Account) -> Sequence[Event]:
    """Free the session's credit, at no charge (DOMAIN 10 rule 19)."""
    if command.session_id not in (*account.reserved, *account.withheld):
        return []
    whose = (account.account_id, command.session_id, account.patient_id)
    return [CreditVoided(*whose, command.at)]


def refuse_without_credit(account: Account) -> None:
    """Refuse another session than was sold and paid for."""
    if account.credits_available <= 0:
        raise NoCredit


DECIDER: Decider[Account, Command, Event, Sold | None] = Decider(decide, evolve, project)
