"""What billing does about what it hears."""

from collections.abc import Sequence
from dataclasses import replace

from mesoflow.billing.v1 import events_pb2 as billing_events
from mesoflow.consult.v1 import events_pb2 as consult_events
from mesoflow.consult.v1 import model_pb2 as consult_model
from mesoflow.sessions.v1 import events_pb2 as sessions_events
from services.billing.domain.account.commands import (
    MoveAccount,
    OpenAccount,
    PostCredit,
    ReserveCredit,
    VoidCredit,
)
from services.billing.domain.account.model import account_of
from services.billing.domain.invoice.commands import IssueInvoice, MoveInvoice, SettleInvoice
from services.billing.domain.invoice.model import deposit_invoice_of
from services.billing.domain.money import Money
from services.billing.domain.quote.commands import IssueQuote
from services.billing.events.following import (
    follow_merge,
    forget_patient,
    repoint_records,
)
from services.billing.events.stopping import (
    close_account,
    resume_invoice,
    suspend_account,
    suspend_invoice,
    void_invoice,
    withdraw_quotes,
)
from services.billing.handlers.account import ACCOUNT
from services.billing.handlers.invoice import INVOICE
from services.billing.handlers.quote import QUOTE
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id


def issue_quote(event: consult_events.PlanProposed, delivery: Delivery) -> Sequence[Owed]:
    """Price the plan; without prices it is refused, parked, and tried again."""
    quote_id = derived_id("quote", event.plan_id)
    command = replace(
        pricing(quote_id, event, delivery),
        prepaid_sessions=event.imported.prepaid_sessions,
        prepaid=prepaid(event.imported),
    )
    return [Owed(QUOTE, quote_id, command)]


def pricing(
    quote_id: str,
    event: consult_events.PlanProposed | consult_events.PlanAmended,
    delivery: Delivery,
) -> IssueQuote:
    """Return the command that prices a plan as `event` states it."""
    return IssueQuote(
        quote_id=quote_id,
        plan_id=event.plan_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        sessions=len(event.protocol.windows),
        sessions_12_months=event.sessions_12_months,
        sessions_24_months=event.sessions_24_months,
        price_list_id=derived_id("price_list", delivery.chain_id),
        at=delivery.occurred_at,
    )


def prepaid(imported: consult_model.PlanImport) -> Money | None:
    """Return what another system was paid, where there was one and it was."""
    if not imported.HasField("prepaid_amount"):
        return None
    said = imported.prepaid_amount
    return Money(said.currency_code, said.units, said.nanos)


def quote_amendment(event: consult_events.PlanAmended, delivery: Delivery) -> Sequence[Owed]:
    """Price the plan anew, on the basis of the quote that it had."""
    quote_id = derived_id("quote", event.plan_id, str(event.terms_version))
    command = pricing(quote_id, event, delivery)
    amends = replace(command, amends_quote_id=event.amended_quote_id or None)
    return [Owed(QUOTE, quote_id, amends)]


def open_account(event: consult_events.PlanAccepted, delivery: Delivery) -> Sequence[Owed]:
    """Open the plan's account; of a plan that was amended, bring it to its new terms."""
    imported = event.imported
    reference = f"{imported.system_code}/{imported.external_reference_code}"
    command = OpenAccount(
        account_id=account_of(event.plan_id),
        plan_id=event.plan_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        quote_id=event.quote_id,
        at=delivery.occurred_at,
        carried_over_code=reference if event.HasField("imported") else None,
    )
    return [Owed(ACCOUNT, command.account_id, command)]


def move_account(event: consult_events.PlanMoved, delivery: Delivery) -> Sequence[Owed]:
    """Let the account follow its plan to another clinic."""
    account_id = account_of(event.plan_id)
    command = MoveAccount(account_id, event.clinic_id, delivery.occurred_at)
    return [Owed(ACCOUNT, account_id, command)]


def issue_invoice(event: sessions_events.CourseOpened, delivery: Delivery) -> Sequence[Owed]:
    """Ask for the deposit. It rests on the quote alone, which is there long before."""
    account_id = account_of(event.plan_id)
    command = IssueInvoice(
        invoice_id=deposit_invoice_of(account_id),
        account_id=account_id,
        plan_id=event.plan_id,
        course_id=event.course_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        quote_id=event.quote_id,
        at=delivery.occurred_at,
    )
    return [Owed(INVOICE, command.invoice_id, command)]


def move_invoice(event: billing_events.AccountMoved, delivery: Delivery) -> Sequence[Owed]:
    """Let the deposit's invoice follow its account, so that it can be paid where that is."""
    invoice_id = deposit_invoice_of(event.account_id)
    command = MoveInvoice(invoice_id, event.clinic_id, delivery.occurred_at)
    return [Owed(INVOICE, invoice_id, command)]


def settle_invoice(event: billing_events.DepositPaid, delivery: Delivery) -> Sequence[Owed]:
    """Close the deposit's invoice, whatever the payments were said to be for."""
    invoice_id = deposit_invoice_of(event.account_id)
    command = SettleInvoice(invoice_id, event.account_id, delivery.occurred_at)
    return [Owed(INVOICE, invoice_id, command)]


def reserve_credit(event: sessions_events.SessionBooked, delivery: Delivery) -> Sequence[Owed]:
    """Keep a credit for the session."""
    account_id = account_of(event.plan_id)
    command = ReserveCredit(account_id, event.session_id, delivery.occurred_at)
    return [Owed(ACCOUNT, account_id, command)]


def post_credit(event: sessions_events.SessionCompleted, delivery: Delivery) -> Sequence[Owed]:
    """Use the session's credit and recognise its revenue."""
    account_id = account_of(event.plan_id)
    command = PostCredit(account_id, event.session_id, delivery.occurred_at)
    return [Owed(ACCOUNT, account_id, command)]


def void_credit(
    event: sessions_events.SessionAborted | sessions_events.SessionInterrupted, delivery: Delivery
) -> Sequence[Owed]:
    """Free the session's credit: a session that a hold stopped costs the patient nothing."""
    account_id = account_of(event.plan_id)
    command = VoidCredit(account_id, event.session_id, delivery.occurred_at)
    return [Owed(ACCOUNT, account_id, command)]


HEARINGS = (
    Hearing(
        "billing",
        "consult",
        {
            consult_events.PlanProposed: issue_quote,
            consult_events.PlanAmended: quote_amendment,
            consult_events.PlanAccepted: open_account,
            consult_events.PlanMoved: move_account,
            consult_events.ConsentWithdrawn: suspend_account,
            consult_events.PlanWithdrawn: close_account,
            consult_events.PatientMerged: follow_merge,
            consult_events.PatientErased: forget_patient,
        },
    ),
    Hearing(
        "billing",
        "sessions",
        {
            sessions_events.CourseOpened: issue_invoice,
            sessions_events.SessionBooked: reserve_credit,
            sessions_events.SessionCompleted: post_credit,
            sessions_events.SessionAborted: void_credit,
            sessions_events.SessionInterrupted: void_credit,
        },
    ),
    Hearing(
        "billing",
        "billing",
        {
            billing_events.DepositPaid: settle_invoice,
            billing_events.AccountMoved: move_invoice,
            billing_events.AccountSuspended: suspend_invoice,
            billing_events.AccountResumed: resume_invoice,
            billing_events.AccountClosed: void_invoice,
            billing_events.PlanWithdrawalFollowed: withdraw_quotes,
            billing_events.MergeFollowed: repoint_records,
        },
    ),
)
