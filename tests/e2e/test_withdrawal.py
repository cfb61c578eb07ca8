"""Consent and plan taken back, as billing tells of it: what is due, kept, refundable, over."""

import hashlib

from google.type.money_pb2 import Money

from deploy.demo.client import BILLING, CHAIN_ADMIN, FRONT_DESK, eventually
from deploy.demo.course import account_of, pay_deposit
from deploy.demo.treatment import Treatment
from deploy.demo.verify import amount
from deploy.local.stack import Stack
from mesoflow.billing.v1.model_pb2 import (
    Account,
    AccountState,
    Invoice,
    InvoiceState,
    LedgerAccount,
    PaymentMethod,
    QuoteState,
)
from mesoflow.billing.v1.service_pb2 import (
    GetAccountResponse,
    GetInvoiceRequest,
    GetInvoiceResponse,
    ListAccountsRequest,
    ListPostingsRequest,
    ListQuotesRequest,
    ListQuotesResponse,
    RecordPaymentRequest,
)
from mesoflow.consult.v1.model_pb2 import PatientState, PlanWithdrawalReason
from mesoflow.consult.v1.service_pb2 import (
    ErasePatientRequest,
    GetConsentTextRequest,
    SignConsentRequest,
    WithdrawConsentRequest,
    WithdrawPlanRequest,
)
from tests.e2e.test_consent import credits_of, ended, reason_of
from tests.e2e.test_terms import PREPAID, bring_in
from tests.support.chains import (
    TREATED,
    founded,
    step_named,
    steps_before,
    steps_between,
    take,
)

PATIENT_WISH = PlanWithdrawalReason.PLAN_WITHDRAWAL_REASON_PATIENT_WISH
OPEN = AccountState.ACCOUNT_STATE_OPEN
SUSPENDED = AccountState.ACCOUNT_STATE_SUSPENDED
CLOSED = AccountState.ACCOUNT_STATE_CLOSED
DUE = InvoiceState.INVOICE_STATE_ISSUED
NOT_DUE = InvoiceState.INVOICE_STATE_SUSPENDED
VOIDED = InvoiceState.INVOICE_STATE_VOIDED
PAID = InvoiceState.INVOICE_STATE_PAID


async def test_what_is_due_waits_for_a_new_consent_and_ends_with_the_plan(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("deposit paid"))
        await take_consent_back(patient)
        assert (await stands(patient, SUSPENDED)).HasField("suspended_at")
        assert (await asks(patient, NOT_DUE)).state == NOT_DUE
        assert await reason_of(pay_deposit(patient)) == "ACCOUNT_SUSPENDED"

        await sign_anew(patient)
        await take(patient, [step_named("plan accepted")])
        assert not (await stands(patient, OPEN)).HasField("suspended_at")
        assert (await asks(patient, DUE)).state == DUE
        await take(patient, steps_between("invoice received", "session booked"))
        assert patient.refused is None
        assert (await asks(patient, PAID)).HasField("paid_at")
        assert await reason_of(pay_again(patient)) == "PAYMENT_ALREADY_RECORDED"
        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 1, "the kept credit"
        )

        await take_consent_back(patient)
        await ended(patient)
        await stands(patient, SUSPENDED)
        await eventually(
            lambda: credits_of(patient), lambda found: found.reserved == 0, "the freed credit"
        )
        await withdraw(patient)
        closed = await stands(patient, CLOSED)
        assert closed.HasField("closed_at")
        assert closed.balances.refundable == closed.balances.received == closed.deposit
        assert await chain.differences(empty={"safety"}) == []
        assert (await asks(patient, PAID)).state == PAID
        listed = await chain.client.call(
            chain.client.billing.accounts.ListAccounts, ListAccountsRequest(state=CLOSED), BILLING
        )
        assert [each.plan_id for each in listed.accounts] == [patient.plan_id]


async def test_a_performed_session_is_earned_and_the_rest_is_refundable(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("weeks passed"))
        assert patient.refused is None
        await withdraw(patient)
        money = (await stands(patient, CLOSED)).balances
        earned = amount(money.revenue) + amount(money.tax_payable)
        paid, refundable = amount(money.received), amount(money.refundable)
        assert earned > 0 < refundable
        assert paid + amount(money.receivable) == earned + refundable
        assert (
            refundable == amount(money.contract_liability) == max(0, await owed_by_ledger(patient))
        )
        assert await chain.differences() == []


async def test_an_unpaid_deposit_is_void_with_its_plan_and_the_person_may_go(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("deposit paid"))
        await withdraw(patient)
        account = await stands(patient, CLOSED)
        assert amount(account.balances.refundable) == 0
        assert (await asks(patient, VOIDED)).HasField("voided_at")
        assert await reason_of(pay_deposit(patient)) == "ACCOUNT_CLOSED"

        request = ErasePatientRequest(patient_id=patient.patient_id)
        patients = chain.client.consult.patients
        erased = await chain.client.call(patients.ErasePatient, request, CHAIN_ADMIN)
        assert erased.state == PatientState.PATIENT_STATE_ERASED
        assert await chain.differences(empty={"safety"}) == []
        assert (await account_of(patient)).account.state == CLOSED


async def test_a_plan_that_nobody_accepted_leaves_no_open_quote(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("consent signed"))
        await withdraw(patient)
        request = ListQuotesRequest(plan_id=patient.plan_id)

        async def read() -> ListQuotesResponse:
            quotes = chain.client.billing.quotes
            return await chain.client.call(quotes.ListQuotes, request, BILLING)

        def over(reply: ListQuotesResponse) -> bool:
            return [each.state for each in reply.quotes] == [QuoteState.QUOTE_STATE_WITHDRAWN]

        await eventually(read, over, "the withdrawn quote")
        assert await reason_of(account_of(patient)) == "ACCOUNT_NOT_FOUND"
        assert await chain.differences(empty={"safety", "sessions"}) == []


async def test_a_course_that_was_brought_in_by_error_can_be_brought_in_again(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("plan proposed"))
        for _ in range(2):
            await bring_in(patient)
            await take(patient, steps_between("plan proposed", "plan accepted"))
            assert patient.refused is None
            account = await stands(patient, OPEN)
            assert amount(account.balances.received) == amount(PREPAID)
            reason = PlanWithdrawalReason.PLAN_WITHDRAWAL_REASON_ENTERED_IN_ERROR
            await withdraw(patient, reason)
            await stands(patient, CLOSED)
        assert await chain.differences(empty={"safety"}) == []


async def take_consent_back(patient: Treatment) -> None:
    request = WithdrawConsentRequest(plan_id=patient.plan_id)
    await patient.client.call(patient.client.consult.plans.WithdrawConsent, request, FRONT_DESK)


async def withdraw(
    patient: Treatment, reason: PlanWithdrawalReason.ValueType = PATIENT_WISH
) -> None:
    """Withdraw the plan, as the patient wishes or for another reason."""
    request = WithdrawPlanRequest(plan_id=patient.plan_id, reason=reason)
    await patient.client.call(patient.client.consult.plans.WithdrawPlan, request, FRONT_DESK)


async def owed_by_ledger(patient: Treatment) -> int:
    """Return what the lines of the ledger owe the patient, in billionths; pence are of 1/100."""
    accounts = patient.client.billing.accounts
    account = (await account_of(patient)).account
    request = ListPostingsRequest(account_id=account.account_id)
    found = await patient.client.call(accounts.ListPostings, request, BILLING)
    liability = LedgerAccount.LEDGER_ACCOUNT_CONTRACT_LIABILITY
    lines = [each for each in found.postings if each.ledger_account == liability]
    return -sum(each.amount_minor_units for each in lines) * 10**7


async def pay_again(patient: Treatment) -> None:
    """Record something more under the reference that the till gave to the deposit."""
    request = RecordPaymentRequest(
        account_id=(await account_of(patient)).account.account_id,
        amount=Money(currency_code="GBP", units=1),
        method=PaymentMethod.PAYMENT_METHOD_CARD,
        external_reference_code=f"TILL-{patient.invoice_id}",
    )
    payments = patient.client.billing.payments
    await patient.client.call(payments.RecordPayment, request, FRONT_DESK)


async def sign_anew(patient: Treatment) -> None:
    """Sign the text with another signature than the one that was taken back."""
    plans, physician = patient.client.consult.plans, patient.setting.physician
    language = patient.scripted.language
    read = GetConsentTextRequest(plan_id=patient.plan_id, language=language)
    text = await patient.client.call(plans.GetConsentText, read, physician)
    request = SignConsentRequest(
        plan_id=patient.plan_id,
        text_digest=text.text_digest,
        language=language,
        patient_signature_digest=hashlib.sha256(b"signed anew").digest(),
        practitioner_signature_digest=hashlib.sha256(b"and by the physician").digest(),
        in_person=True,
        capacity_confirmed=True,
    )
    await patient.client.call(plans.SignConsent, request, physician)


async def stands(patient: Treatment, state: AccountState.ValueType) -> Account:
    """Wait until the plan's account is in `state`."""

    def there(reply: GetAccountResponse) -> bool:
        return reply.account.state == state

    name = AccountState.Name(state)
    return (await eventually(lambda: account_of(patient), there, name)).account


async def asks(patient: Treatment, state: InvoiceState.ValueType) -> Invoice:
    """Wait until the deposit's invoice is in `state`."""
    invoices, request = (
        patient.client.billing.invoices,
        GetInvoiceRequest(invoice_id=patient.invoice_id),
    )

    async def read() -> GetInvoiceResponse:
        return await patient.client.call(invoices.GetInvoice, request, BILLING)

    def there(reply: GetInvoiceResponse) -> bool:
        return reply.invoice.state == state

    return (await eventually(read, there, InvoiceState.Name(state))).invoice
