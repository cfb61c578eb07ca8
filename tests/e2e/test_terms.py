"""What was sold stays sold: a plan amended on its price basis, a half-used course brought in."""

from datetime import timedelta

from google.type.money_pb2 import Money

from deploy.demo.client import BILLING, CHAIN_ADMIN, FRONT_DESK, eventually
from deploy.demo.course import account_of, courses_of
from deploy.demo.setting import dated, now
from deploy.demo.treatment import Treatment
from deploy.demo.verify import amount
from deploy.local.stack import Stack
from mesoflow.billing.v1.model_pb2 import Account, PaymentMethod, Quote
from mesoflow.billing.v1.service_pb2 import (
    GetAccountResponse,
    GetQuoteRequest,
    ListPaymentsRequest,
)
from mesoflow.consult.v1.model_pb2 import (
    PlanAmendmentReason,
    PlanImport,
    PlanState,
    PlanTerms,
)
from mesoflow.consult.v1.service_pb2 import (
    AmendPlanRequest,
    GetPlanRequest,
    ImportPlanRequest,
    ListPlansRequest,
)
from mesoflow.sessions.v1.model_pb2 import CourseState
from mesoflow.sessions.v1.service_pb2 import ListCoursesResponse
from tests.support.chains import (
    TREATED,
    Chain,
    founded,
    step_named,
    steps_before,
    steps_between,
    take,
)

# A session of the demo chain's list, with its tax.
SESSION_GROSS = 144
MAINTENANCE_SESSIONS = 2
PREPAID = Money(currency_code="GBP", units=SESSION_GROSS)


async def test_an_amended_plan_keeps_its_price_and_what_was_earned(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("weeks passed"))
        before = (await account_of(patient)).account
        await double_the_prices(chain)

        await amend(patient)
        await eventually(lambda: courses_of(patient), suspended, "the suspended course")
        patient.deposit = None
        await take(patient, steps_between("plan proposed", "plan accepted"))
        assert patient.refused is None

        def follows(reply: GetAccountResponse) -> bool:
            return reply.account.quote_id != before.quote_id

        after = (await eventually(lambda: account_of(patient), follows, "the account")).account
        first, second = await quoted(patient, before), await quoted(patient, after)
        assert (second.amends_quote_id, second.unit_price) == (first.quote_id, first.unit_price)
        assert second.price_list_version == first.price_list_version == "1"
        assert second.sessions == first.sessions + MAINTENANCE_SESSIONS == after.credits.granted
        assert amount(second.total) <= amount(second.total_12_months)
        assert amount(second.total_12_months) < amount(second.total_24_months)
        assert after.balances == before.balances
        assert after.credits.posted == before.credits.posted == 1
        assert after.total.units == SESSION_GROSS * second.sessions
        await eventually(lambda: courses_of(patient), scheduled, "the resumed course")
        assert await chain.differences() == []
        terms = await earlier_terms(patient)
        assert [each.quote.quote_id for each in terms] == [first.quote_id]


async def test_a_half_used_course_brings_what_was_paid(stack: Stack) -> None:
    async with founded(stack) as chain:
        patient = await take(chain.patient(TREATED), steps_before("plan proposed"))
        await bring_in(patient)
        await take(patient, steps_between("plan proposed", "invoice received"))
        assert patient.refused is None
        opened = (await account_of(patient)).account
        quote = await quoted(patient, opened)
        assert quote.prepaid == PREPAID
        assert quote.total.units == SESSION_GROSS * quote.sessions == opened.total.units
        assert opened.balances.received == opened.balances.contract_liability == PREPAID

        missing = amount(opened.deposit) - amount(PREPAID)
        patient.deposit = Money(currency_code="GBP", units=missing // 10**9)
        patient.deposit.nanos = missing % 10**9
        await take(patient, [step_named("deposit paid"), step_named("course scheduled")])
        assert patient.refused is None
        paid = (await account_of(patient)).account
        assert amount(paid.balances.received) == amount(paid.deposit)
        assert paid.credits.granted == quote.sessions
        request = ListPaymentsRequest(account_id=paid.account_id)
        payments = await chain.client.call(
            chain.client.billing.payments.ListPayments, request, BILLING
        )
        carried = PaymentMethod.PAYMENT_METHOD_CARRIED_OVER
        references = {each.method: each.external_reference_code for each in payments.payments}
        assert references[carried] == "OLD/77"
        assert len(payments.payments) == 2
        assert await chain.differences(empty={"safety"}) == []


async def double_the_prices(chain: Chain) -> None:
    """Publish a list at twice the price, from today on."""
    prices = chain.answers.price_list
    for item in prices.items:
        item.unit_price.units *= 2
    prices.effective_from.CopyFrom(dated((await now(chain.client)).date()))
    await chain.client.call(chain.client.billing.price_lists.PublishPriceList, prices, CHAIN_ADMIN)


async def amend(patient: Treatment) -> None:
    """Have maintenance added to the plan."""
    request = AmendPlanRequest(
        plan_id=patient.plan_id,
        reason=PlanAmendmentReason.PLAN_AMENDMENT_REASON_PATIENT_WISH,
        protocol_code=patient.scripted.protocol_code,
        maintenance_protocol_code="MAINT-MONTHLY",
        maintenance_sessions=MAINTENANCE_SESSIONS,
    )
    plans = patient.client.consult.plans
    await patient.client.call(plans.AmendPlan, request, patient.setting.physician)
    plan = (
        await patient.client.call(
            plans.GetPlan, GetPlanRequest(plan_id=patient.plan_id), FRONT_DESK
        )
    ).plan
    assert plan.state != PlanState.PLAN_STATE_ACCEPTED
    assert plan.consent.HasField("voided_at")


async def bring_in(patient: Treatment) -> None:
    """Import two performed sessions of another system, and one that was paid there."""
    today = (await now(patient.client)).date()
    request = ImportPlanRequest(
        patient_id=patient.patient_id,
        consultation_id=patient.consultation_id,
        clinic_id=patient.setting.clinic_id,
        goals=patient.scripted.goals,
        cocktail=patient.scripted.cocktail,
        protocol_code=patient.scripted.protocol_code,
        imported=PlanImport(
            system_code="OLD",
            external_reference_code="77",
            sessions_performed=2,
            last_performed_on=dated(today - timedelta(days=30)),
            prepaid_sessions=1,
            prepaid_amount=PREPAID,
        ),
    )
    plans = patient.client.consult.plans
    reply = await patient.client.call(plans.ImportPlan, request, patient.setting.physician)
    patient.plan_id = reply.plan_id


async def quoted(patient: Treatment, account: Account) -> Quote:
    """Return the quote that an account stands on."""
    quotes, request = patient.client.billing.quotes, GetQuoteRequest(quote_id=account.quote_id)
    return (await patient.client.call(quotes.GetQuote, request, BILLING)).quote


async def earlier_terms(patient: Treatment) -> list[PlanTerms]:
    """Return the earlier terms of the patient's one plan."""
    request = ListPlansRequest(patient_id=patient.patient_id)
    plans = patient.client.consult.plans
    (plan,) = (await patient.client.call(plans.ListPlans, request, FRONT_DESK)).plans
    return list(plan.earlier_terms)


def suspended(reply: ListCoursesResponse) -> bool:
    return reply.courses[0].state == CourseState.COURSE_STATE_SUSPENDED


def scheduled(reply: ListCoursesResponse) -> bool:
    return reply.courses[0].state == CourseState.COURSE_STATE_SCHEDULED
