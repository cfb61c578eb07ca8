"""From an accepted plan to a performed session: account, deposit, course, lot, needle, revenue."""

from datetime import timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from deploy.demo.client import BILLING, FRONT_DESK, eventually
from deploy.demo.setting import dated, now
from deploy.demo.treatment import Step, Treatment
from mesoflow.billing.v1.model_pb2 import PaymentMethod
from mesoflow.billing.v1.service_pb2 import (
    GetAccountRequest,
    GetAccountResponse,
    ListInvoicesRequest,
    ListInvoicesResponse,
    RecordPaymentRequest,
)
from mesoflow.clinical.v1.scalp_pb2 import Step as Act
from mesoflow.sessions.v1.model_pb2 import CourseState
from mesoflow.sessions.v1.service_pb2 import (
    BookSessionRequest,
    BookSessionResponse,
    CompleteSessionRequest,
    ListCoursesRequest,
    ListCoursesResponse,
    ReceiveLotRequest,
    ReceiveLotResponse,
    RecordStepRequest,
    StartSessionRequest,
    StartSessionResponse,
)

# Not heard of in sessions yet: its events are on their way.
NOT_HEARD_YET = ("SUBJECT_UNKNOWN",)
ACTS = (
    Act.STEP_IDENTITY_CONFIRMED,
    Act.STEP_RESCREENED,
    Act.STEP_LOTS_CHECKED,
    Act.STEP_SCALP_CLEANED,
    Act.STEP_INJECTED,
    Act.STEP_OBSERVED,
)


async def await_invoice(treatment: Treatment) -> None:
    """Wait until billing has opened the account and asks for the deposit."""
    client, invoices = treatment.client, treatment.client.billing.invoices

    async def read() -> ListInvoicesResponse:
        request = ListInvoicesRequest(plan_id=treatment.plan_id)
        return await client.call(invoices.ListInvoices, request, FRONT_DESK)

    # They follow from events of two services, so either may come first.
    await eventually(lambda: account_of(treatment), lambda _: True, "the account")
    issued = await eventually(read, lambda reply: bool(reply.invoices), "the deposit's invoice")
    treatment.invoice_id = issued.invoices[0].invoice_id


async def pay_deposit(treatment: Treatment) -> None:
    """Pay what the invoice asks for."""
    client = treatment.client
    request = RecordPaymentRequest(
        invoice_id=treatment.invoice_id,
        amount=treatment.deposit,
        method=PaymentMethod.PAYMENT_METHOD_CARD,
        external_reference_code=f"TILL-{treatment.invoice_id}",
    )
    await client.call(client.billing.payments.RecordPayment, request, FRONT_DESK)


async def courses_of(treatment: Treatment) -> ListCoursesResponse:
    """Return the courses of the treatment's plan."""
    client, request = treatment.client, ListCoursesRequest(plan_id=treatment.plan_id)
    return await client.call(client.sessions.courses.ListCourses, request, FRONT_DESK)


async def await_schedule(treatment: Treatment) -> None:
    """Wait until the deposit has scheduled the course."""

    def scheduled(reply: ListCoursesResponse) -> bool:
        return any(each.state == CourseState.COURSE_STATE_SCHEDULED for each in reply.courses)

    reply = await eventually(lambda: courses_of(treatment), scheduled, "the scheduled course")
    treatment.course_id = reply.courses[0].course_id


async def receive_lot(treatment: Treatment) -> None:
    """Receive the lot that a pharmacy compounded for this patient."""
    client, scripted = treatment.client, treatment.scripted
    last_day = (await now(client)).date() + timedelta(days=scripted.lot_good_for_days)
    request = ReceiveLotRequest(
        clinic_id=treatment.setting.clinic_id,
        for_patient_id=treatment.patient_id,
        product_code=scripted.product_code,
        lot_number=f"L-{treatment.patient_id}",
        contents=scripted.cocktail,
        expires_on=dated(last_day),
    )

    async def receive() -> ReceiveLotResponse:
        return await client.call(client.sessions.lots.ReceiveLot, request, FRONT_DESK)

    received = await eventually(receive, lambda _: True, "clinic and patient in sessions")
    treatment.lot_id = received.lot_id


async def book(treatment: Treatment) -> None:
    """Book the course's next session, as soon as room and practitioner are free."""
    client, setting = treatment.client, treatment.setting
    minutes = treatment.scripted.session_minutes
    starts_at = Timestamp()
    starts_at.FromDatetime(setting.diary.take(await now(client), timedelta(minutes=minutes)))
    request = BookSessionRequest(
        course_id=treatment.course_id,
        room_id=setting.room_ids[0],
        practitioner_id=setting.practitioner_id,
        starts_at=starts_at,
        duration_minutes=minutes,
    )

    async def ask() -> BookSessionResponse:
        return await client.call(client.sessions.sessions.BookSession, request, FRONT_DESK)

    booked = await eventually(
        ask, lambda _: True, "room and practitioner in sessions", awaiting=NOT_HEARD_YET
    )
    treatment.session_ids.append(booked.session_id)


async def start(treatment: Treatment) -> None:
    """Start the session booked last, as soon as every gate it passes has been raised."""
    await eventually(
        lambda: ask_to_start(treatment),
        lambda _: True,
        "the gates of the session",
        awaiting=NOT_HEARD_YET,
    )


async def ask_to_start(treatment: Treatment) -> StartSessionResponse:
    """Ask to start the session booked last."""
    client = treatment.client
    request = StartSessionRequest(session_id=treatment.session_ids[-1], lot_ids=[treatment.lot_id])
    return await client.call(
        client.sessions.sessions.StartSession, request, treatment.setting.practitioner
    )


async def perform(treatment: Treatment) -> None:
    """Record every step that must be recorded, the injection with its zone."""
    client = treatment.client
    injection = treatment.scripted.injection
    injection.lot_id = treatment.lot_id
    for act in ACTS:
        request = RecordStepRequest(
            session_id=treatment.session_ids[-1],
            step=act,
            injections=[injection] if act == Act.STEP_INJECTED else [],
        )
        await client.call(
            client.sessions.sessions.RecordStep, request, treatment.setting.practitioner
        )


async def complete(treatment: Treatment) -> None:
    """Complete the session."""
    client = treatment.client
    request = CompleteSessionRequest(session_id=treatment.session_ids[-1])
    await client.call(
        client.sessions.sessions.CompleteSession, request, treatment.setting.practitioner
    )


async def account_of(treatment: Treatment) -> GetAccountResponse:
    """Return the account of the treatment's plan."""
    client, request = treatment.client, GetAccountRequest(plan_id=treatment.plan_id)
    return await client.call(client.billing.accounts.GetAccount, request, BILLING)


async def await_revenue(treatment: Treatment) -> None:
    """Wait until the credit is posted, the revenue recognised, and the course has counted it."""

    def redeemed(reply: GetAccountResponse) -> bool:
        revenue = reply.account.balances.revenue
        return reply.account.credits.posted == 1 and (revenue.units, revenue.nanos) > (0, 0)

    await eventually(lambda: account_of(treatment), redeemed, "the posted credit")
    await eventually(
        lambda: courses_of(treatment),
        lambda reply: reply.courses[0].sessions_completed == 1,
        "the course's progress",
    )


COURSE = (
    Step("invoice received", await_invoice),
    Step("deposit paid", pay_deposit),
    Step("course scheduled", await_schedule),
    Step("lot received", receive_lot),
    Step("session booked", book),
    Step("session started", start),
    Step("steps recorded", perform),
    Step("session completed", complete),
    Step("credit posted, revenue recognised", await_revenue),
)
