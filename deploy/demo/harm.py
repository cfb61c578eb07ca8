"""Harm and what follows: a reaction, its case, a hold at the needle, and its end."""

from google.protobuf.timestamp_pb2 import Timestamp

from deploy.demo.client import SAFETY_OFFICER, NotSeen, eventually
from deploy.demo.course import NOT_HEARD_YET, ask_to_start, book, courses_of
from deploy.demo.refusals import Refused
from deploy.demo.setting import let_pass, now
from deploy.demo.treatment import Step, Treatment
from mesoflow.clinical.v1.hold_pb2 import HoldKind, HoldSubject
from mesoflow.safety.v1.model_pb2 import HoldReason, LiftReason
from mesoflow.safety.v1.service_pb2 import (
    LiftHoldRequest,
    ListCasesRequest,
    ListCasesResponse,
    PlaceHoldRequest,
)
from mesoflow.sessions.v1.service_pb2 import MeasureOutcomeRequest, StartSessionResponse

HELD = "HOLD_ACTIVE"


async def let_the_interval_pass(treatment: Treatment) -> None:
    """Move the development clock to the ideal day of the second session."""
    client = treatment.client
    course = (await courses_of(treatment)).courses[0]
    second = next(window for window in course.windows if window.number == 2).ideal_on
    today = (await now(client)).date()
    days = (today.replace(second.year, second.month, second.day) - today).days
    await let_pass(client, days)


async def measure_outcome(treatment: Treatment) -> None:
    """Measure an outcome."""
    client, scripted = treatment.client, treatment.scripted
    request = MeasureOutcomeRequest(
        patient_id=treatment.patient_id,
        plan_id=treatment.plan_id,
        outcome=scripted.outcome,
        assessor=scripted.assessor,
    )
    await client.call(client.sessions.outcomes.MeasureOutcome, request, treatment.setting.physician)


async def report_reaction(treatment: Treatment) -> None:
    """Report a reaction that the first session is suspected of."""
    client, request = treatment.client, treatment.scripted.reaction
    request.patient_id = treatment.patient_id
    request.session_id = treatment.session_ids[0]
    request.clinic_id = treatment.setting.clinic_id
    onset_at = Timestamp()
    onset_at.FromDatetime(await now(client))
    request.onset_at.CopyFrom(onset_at)
    reply = await client.call(
        client.sessions.reactions.ReportReaction, request, treatment.setting.practitioner
    )
    treatment.reaction_id = reply.reaction_id


async def await_case(treatment: Treatment) -> None:
    """Wait until safety has opened a case and laid it against the patient's exposure."""
    client = treatment.client

    async def read() -> ListCasesResponse:
        request = ListCasesRequest(reaction_id=treatment.reaction_id)
        return await client.call(client.safety.cases.ListCases, request, SAFETY_OFFICER)

    def linked(reply: ListCasesResponse) -> bool:
        return any(treatment.lot_id in each.lot_ids for c in reply.cases for each in c.exposures)

    opened = await eventually(read, linked, "the case with its exposure")
    treatment.case_id = opened.cases[0].case_id


async def place_hold(treatment: Treatment) -> None:
    """Hold the lot."""
    client = treatment.client
    request = PlaceHoldRequest(
        subject=HoldSubject(kind=HoldKind.HOLD_KIND_LOT, subject_id=treatment.lot_id),
        provisional=True,
        case_id=treatment.case_id,
        reason=HoldReason.HOLD_REASON_INFECTION,
    )
    reply = await client.call(client.safety.holds.PlaceHold, request, SAFETY_OFFICER)
    treatment.hold_id = reply.hold_id


async def be_refused(treatment: Treatment) -> None:
    """Ask to start while the lot is held; only its refusal lets the journey go on."""
    try:
        await ask_to_start(treatment)
    except Refused as refusal:
        if refusal.reason != HELD:
            raise
        treatment.held = refusal
        return
    raise NotSeen("a session started although its lot is held")


async def lift_hold(treatment: Treatment) -> None:
    """Lift the hold."""
    client = treatment.client
    request = LiftHoldRequest(
        hold_id=treatment.hold_id, reason=LiftReason.LIFT_REASON_INVESTIGATION_CLEARED
    )
    await client.call(client.safety.holds.LiftHold, request, SAFETY_OFFICER)


async def start_again(treatment: Treatment) -> None:
    """Start the second session, as soon as sessions has heard that the hold was lifted."""

    async def ask() -> StartSessionResponse:
        return await ask_to_start(treatment)

    await eventually(
        ask, lambda _: True, "the lifted hold", awaiting=(HELD, "LOT_QUARANTINED", *NOT_HEARD_YET)
    )


HARM = (
    Step("weeks passed", let_the_interval_pass),
    Step("outcome measured", measure_outcome),
    Step("reaction reported", report_reaction),
    Step("case opened, exposure linked", await_case),
    Step("second session booked", book),
    Step("lot held", place_hold),
    Step("start refused", be_refused),
    Step("hold lifted", lift_hold),
    Step("second session started", start_again),
)
