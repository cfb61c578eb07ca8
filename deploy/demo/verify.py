"""The end state, read back through gRPC and held against what must be true of one patient."""

from dataclasses import dataclass, field

from google.type.money_pb2 import Money

from deploy.demo.client import (
    AUDITOR,
    BILLING,
    FRONT_DESK,
    IDENTITY_READER,
    SAFETY_OFFICER,
)
from deploy.demo.course import ACTS, account_of, courses_of
from deploy.demo.expected import TREATED, Expected
from deploy.demo.harm import HELD
from deploy.demo.intake import identity_of, left_to_a_physician, signature_of
from deploy.demo.treatment import Treatment
from mesoflow.billing.v1.model_pb2 import Account, InvoiceState
from mesoflow.billing.v1.service_pb2 import (
    GetQuoteRequest,
    ListInvoicesRequest,
    ListPaymentsRequest,
    ListPostingsRequest,
)
from mesoflow.clinical.v1.suitability_pb2 import Suitability
from mesoflow.consult.v1.model_pb2 import Plan, PlanState
from mesoflow.consult.v1.service_pb2 import (
    GetConsultationRequest,
    GetPatientIdentityRequest,
    GetPatientRequest,
    GetResponseRequest,
    ListPlansRequest,
)
from mesoflow.safety.v1.model_pb2 import HoldState
from mesoflow.safety.v1.service_pb2 import (
    GetCaseRequest,
    GetHoldRequest,
    ListCasesRequest,
    ListExposuresRequest,
    ListHoldsRequest,
)
from mesoflow.sessions.v1.model_pb2 import CourseState, SessionState
from mesoflow.sessions.v1.service_pb2 import GetSessionRequest, ListOutcomesRequest

NANOS = 1_000_000_000


@dataclass(slots=True)
class Differences:
    """What is not as it must be; empty is what everyone hopes for."""

    of: str
    found: list[str] = field(default_factory=list)

    def equal(self, what: str, found: object, wanted: object) -> None:
        """Note where `found` is not `wanted`."""
        if found != wanted:
            self.found.append(f"{self.of}: {what} is {found}, must be {wanted}")

    def holds(self, what: str, holds: bool) -> None:
        """Note `what` where it does not hold."""
        if not holds:
            self.found.append(f"{self.of}: {what}")


async def differences_of(treatment: Treatment, expected: Expected) -> list[str]:
    """Return what is not as it must be with one patient."""
    differ = Differences(treatment.reference)
    if treatment.failed:
        return [f"{treatment.reference}: {treatment.failed}"]
    if treatment.refused is not None and treatment.session_ids:
        step, refusal = treatment.refused
        return [f"{treatment.reference}: {step} was refused, {refusal}"]
    end = treatment.refused[1].reason if treatment.refused else TREATED
    differ.holds(f"ended with {end}, must end with {expected}", expected.allows(end))
    if treatment.patient_id:
        await _patient(treatment, differ)
    if treatment.assessment is not None:
        await _suitability(treatment, differ)
    if treatment.refused is None:
        await _plan(treatment, differ)
        await _response(treatment, differ)
        await _course(treatment, differ)
        await _account(treatment, differ)
        await _exposure(treatment, differ)
    if treatment.hold_id:
        await _harm(treatment, differ)
    return differ.found


async def _patient(treatment: Treatment, differ: Differences) -> None:
    client, patients = treatment.client, treatment.client.consult.patients
    patient_id = treatment.patient_id
    kept = await client.call(
        patients.GetPatient, GetPatientRequest(patient_id=patient_id), FRONT_DESK
    )
    potential = treatment.scripted.pregnancy_potential
    differ.equal("the pregnancy potential", kept.patient.pregnancy_potential, potential)
    whose = GetPatientIdentityRequest(patient_id=patient_id)
    identity = await client.call(patients.GetPatientIdentity, whose, IDENTITY_READER)
    sealed = identity.identity == identity_of(treatment.record.person)
    differ.holds("the sealed identity is not the one that was given", sealed)
    if treatment.refused is not None:
        plans = await _plans(treatment)
        differ.equal("the number of plans after a refusal", len(plans), 0)


async def _suitability(treatment: Treatment, differ: Differences) -> None:
    """What the rules said is kept, and who decided where they leave it to a physician."""
    client, scripted = treatment.client, treatment.scripted
    consultation = (
        await client.call(
            client.consult.consultations.GetConsultation,
            GetConsultationRequest(consultation_id=treatment.consultation_id),
            treatment.setting.physician,
        )
    ).consultation
    said = consultation.assessment.suitability
    if wanted := scripted.expected_suitability:
        differ.equal("the suitability", Suitability.Name(said), Suitability.Name(wanted))
    differ.equal("the kept assessment", consultation.assessment, treatment.assessment)
    decided = consultation.HasField("review")
    differ.equal("a physician's decision is there", decided, left_to_a_physician(treatment))
    if decided and scripted.review is not None:
        review = consultation.review
        differ.equal("the physician's decision", review.decision, scripted.review.decision)
        differ.equal("who decided", review.practitioner_id, treatment.setting.physician_id)


async def _plans(treatment: Treatment) -> list[Plan]:
    client, request = treatment.client, ListPlansRequest(patient_id=treatment.patient_id)
    return list((await client.call(client.consult.plans.ListPlans, request, FRONT_DESK)).plans)


async def _plan(treatment: Treatment, differ: Differences) -> None:
    plans = await _plans(treatment)
    differ.equal("the plans", [plan.plan_id for plan in plans], [treatment.plan_id])
    for plan in plans:
        differ.equal("the plan's state", plan.state, PlanState.PLAN_STATE_ACCEPTED)
        differ.holds("the plan's cocktail differs", plan.cocktail == treatment.scripted.cocktail)
        signed = plan.consent.text_digest == treatment.consent_digest
        differ.holds("the plan's consent is another text's", signed)
        physician = signature_of(treatment.setting.physician_id, treatment)
        by_both = plan.consent.practitioner_signature_digest == physician
        differ.holds("the plan's consent is not signed by the physician", by_both)
        differ.equal("the flags of the plan", list(plan.flag_codes), [])
        year, two_years = plan.quote.total_12_months, plan.quote.total_24_months
        grows = 0 < amount(year) <= amount(two_years)
        differ.holds("the plan's cost over 12 and 24 months is not stated", grows)


async def _response(treatment: Treatment, differ: Differences) -> None:
    """The plan's response is followed from its first session; what was measured counts."""
    client, request = treatment.client, GetResponseRequest(plan_id=treatment.plan_id)
    response = (
        await client.call(
            client.consult.responses.GetResponse, request, treatment.setting.physician
        )
    ).response
    differ.equal("the response's patient", response.patient_id, treatment.patient_id)
    differ.holds("the response has no next review", response.HasField("next_review_on"))
    measured = [curve.measure for curve in response.curves if curve.points]
    wanted = [treatment.scripted.outcome.measure] if treatment.hold_id else []
    differ.equal("the measures of the response", measured, wanted)


async def _course(treatment: Treatment, differ: Differences) -> None:
    courses = (await courses_of(treatment)).courses
    differ.equal("the courses", [course.course_id for course in courses], [treatment.course_id])
    for course in courses:
        differ.equal("the course's state", course.state, CourseState.COURSE_STATE_SCHEDULED)
        differ.equal("the performed sessions", course.sessions_completed, 1)
        differ.equal("the windows", len(course.windows), course.sessions_planned)
    client = treatment.client
    for number, session_id in enumerate(treatment.session_ids, start=1):
        request = GetSessionRequest(session_id=session_id)
        session = (
            await client.call(client.sessions.sessions.GetSession, request, FRONT_DESK)
        ).session
        first = number == 1
        ended, runs = SessionState.SESSION_STATE_COMPLETED, SessionState.SESSION_STATE_STARTED
        differ.equal(f"the state of session {number}", session.state, ended if first else runs)
        differ.equal(f"the number of session {number}", session.number, number)
        differ.equal(f"the lots of session {number}", list(session.lot_ids), [treatment.lot_id])
        acts = [step.step for step in session.steps]
        differ.equal(f"the steps of session {number}", acts, list(ACTS) if first else [])


async def _account(treatment: Treatment, differ: Differences) -> None:
    client, account = treatment.client, (await account_of(treatment)).account
    quote = (
        await client.call(
            client.billing.quotes.GetQuote, GetQuoteRequest(quote_id=account.quote_id), BILLING
        )
    ).quote
    credits, money = account.credits, account.balances
    differ.equal("the granted credits", credits.granted, quote.sessions)
    differ.equal("the posted credits", credits.posted, 1)
    differ.equal("the reserved credits", credits.reserved, len(treatment.session_ids) - 1)
    spent = credits.available + credits.reserved + credits.posted
    differ.equal("the sum of the credits", spent, credits.granted)
    differ.equal("the revenue", amount(money.revenue), amount(quote.unit_price))
    differ.equal("the money received", amount(money.received), amount(quote.deposit))
    ours = amount(money.contract_liability) + amount(money.revenue) + amount(money.tax_payable)
    both = amount(money.received) + amount(money.receivable)
    differ.equal("received and receivable", both, ours + amount(money.refunded))
    await _books(treatment, account, differ)


async def _books(treatment: Treatment, account: Account, differ: Differences) -> None:
    """One invoice, one payment, and transactions that add up to nothing."""
    client, billing = treatment.client, treatment.client.billing
    invoices = await client.call(
        billing.invoices.ListInvoices, ListInvoicesRequest(plan_id=treatment.plan_id), BILLING
    )
    paid = [(each.invoice_id, each.state) for each in invoices.invoices]
    wanted = [(treatment.invoice_id, InvoiceState.INVOICE_STATE_PAID)]
    differ.equal("the invoices", paid, wanted)
    payments = await client.call(
        billing.payments.ListPayments, ListPaymentsRequest(account_id=account.account_id), BILLING
    )
    differ.equal("the number of payments", len(payments.payments), 1)
    ledger = await client.call(
        billing.accounts.ListPostings, ListPostingsRequest(account_id=account.account_id), BILLING
    )
    sums: dict[str, int] = {}
    for posting in ledger.postings:
        before = sums.get(posting.transaction_id, 0)
        sums[posting.transaction_id] = before + posting.amount_minor_units
    differ.holds("the ledger is empty", bool(sums))
    differ.holds("a transaction of the ledger does not add up to nothing", not any(sums.values()))


async def _exposure(treatment: Treatment, differ: Differences) -> None:
    client, request = treatment.client, ListExposuresRequest(patient_id=treatment.patient_id)
    listed = await client.call(client.safety.exposures.ListExposures, request, SAFETY_OFFICER)
    exposed = [(each.session_id, list(each.lot_ids)) for each in listed.exposures]
    wanted = [(treatment.session_ids[0], [treatment.lot_id])]
    differ.equal("the exposures", exposed, wanted)


async def _harm(treatment: Treatment, differ: Differences) -> None:
    """Outcome, case and hold; the hold was known at the needle and is no more."""
    client, safety = treatment.client, treatment.client.safety
    outcomes = await client.call(
        client.sessions.outcomes.ListOutcomes,
        ListOutcomesRequest(plan_id=treatment.plan_id),
        AUDITOR,
    )
    measured = [each.outcome for each in outcomes.outcomes]
    differ.holds("the outcome differs", measured == [treatment.scripted.outcome])
    cases = await client.call(
        safety.cases.ListCases, ListCasesRequest(patient_id=treatment.patient_id), SAFETY_OFFICER
    )
    differ.equal("the cases", [each.case_id for each in cases.cases], [treatment.case_id])
    case = await client.call(
        safety.cases.GetCase, GetCaseRequest(case_id=treatment.case_id), SAFETY_OFFICER
    )
    linked = [each.session_id for each in case.case.exposures]
    differ.equal("the sessions linked to the case", linked, treatment.session_ids[:1])
    hold = await client.call(
        safety.holds.GetHold, GetHoldRequest(hold_id=treatment.hold_id), SAFETY_OFFICER
    )
    differ.equal("the hold's state", hold.hold.state, HoldState.HOLD_STATE_LIFTED)
    holds = await client.call(
        safety.holds.ListHolds, ListHoldsRequest(case_id=treatment.case_id), SAFETY_OFFICER
    )
    differ.equal("the holds of the case", [h.hold_id for h in holds.holds], [treatment.hold_id])
    reason = treatment.held.reason if treatment.held else "none"
    differ.equal("the reason of the refused start", reason, HELD)


def amount(money: Money) -> int:
    """Return an amount in billionths of its currency's unit, to be compared exactly."""
    return money.units * NANOS + money.nanos
