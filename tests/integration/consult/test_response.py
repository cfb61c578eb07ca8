"""Responses heard, reviewed, listed and drawn, on real servers."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, timedelta

import pytest

from mesoflow.clinical.v1 import outcome_pb2, response_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import (
    ResponseServiceStub,
)
from mesoflow.sessions.v1 import events_pb2 as events
from services.chassis.handling import Owed
from services.chassis.timers import Timers
from services.consult.domain.plan.events import PlanProposed
from services.consult.domain.response.commands import CountSession, NoteOutcome
from services.consult.domain.response.model import (
    AssessorKind,
    Measure,
    Outcome,
    Response,
    ResponseVerdict,
    response_of,
)
from services.consult.events.published import CONTRACT
from services.consult.events.timers import FIRINGS
from services.consult.handlers.patient import PATIENT
from services.consult.handlers.response import RESPONSE
from tests.integration.consult.plans import with_plan
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.databases import Database
from tests.support.directory import founded
from tests.support.eventually import eventually
from tests.support.neighbour import neighbour, said
from tests.support.parts import Parts, parts
from tests.support.running import RunningService

DENSITY = Measure.TERMINAL_HAIR_DENSITY_PER_SQUARE_CM
TIMERS = "SELECT count(*) FROM chassis.timers"


@pytest.fixture
async def bench(database: Database) -> AsyncIterator[Parts]:
    """Consult's store, without a server around it."""
    async with parts(database, CONTRACT) as made:
        yield made


async def respond(bench: Parts, plan: PlanProposed, chain: str, *values: int) -> None:
    """Perform a session and measure, at the baseline and at week 12."""
    key, at = response_of(plan.plan_id), bench.clock.now()
    first = CountSession(key, plan.plan_id, new_id(), at, at)
    await bench.handle(Owed(RESPONSE, key, first), chain_id=chain)
    for week, value in zip((0, 12), values, strict=False):
        measured = Outcome(DENSITY, value, week)
        assessor = AssessorKind.INDEPENDENT
        command = NoteOutcome(key, plan.plan_id, new_id(), measured, assessor, at)
        await bench.handle(Owed(RESPONSE, key, command), chain_id=chain)


async def test_reviews_come_at_weeks_12_and_24_each_once(bench: Parts) -> None:
    plan = await with_plan(bench, bench.chain)
    await respond(bench, plan, bench.chain, 160_000, 180_000)
    timers = Timers(bench.means, "consult", FIRINGS)

    async def verdicts() -> list[tuple[int, ResponseVerdict]]:
        found = await bench.store.get(bench.chain, RESPONSE, response_of(plan.plan_id))
        assert found is not None
        state: Response = found.state
        return [(each.week, each.verdict) for each in state.assessments]

    await timers.fire_due()
    assert await verdicts() == []
    bench.clock.advance(weeks=12)
    await timers.fire_due()
    await timers.fire_due()
    at_12 = (12, ResponseVerdict.CONTINUE)
    assert await verdicts() == [at_12]
    bench.clock.advance(weeks=12)
    await timers.fire_due()
    # Nothing was measured since, so nothing can be said.
    assert await verdicts() == [at_12, (24, ResponseVerdict.NOT_ASSESSABLE)]
    assert await bench.database.value(TIMERS) == 0


# ── over the wire ───────────────────────────────────────────────────────────────────────────────


def reader(service: RunningService, chain: str = "", clinics: Sequence[str] = ()) -> Caller:
    return service.caller("practitioner", chain=chain, clinics=clinics)


async def test_responses_are_read_listed_and_drawn(consult: RunningService, bench: Parts) -> None:
    chain, responses = consult.chain, ResponseServiceStub(consult.channel)
    clinic = (await (await founded(consult)).opened()).clinic_id
    plans = [await with_plan(bench, chain, clinic_id=clinic) for _ in range(2)]
    for plan, after in zip(plans, (180_000, 170_000), strict=True):
        await respond(bench, plan, chain, 160_000, after)
    who, first = reader(consult), plans[0]
    asked = pb.AssessResponseRequest(request_id=new_id(), response_id=response_of(first.plan_id))
    told = await who.call(responses.AssessResponse, asked)
    assert told.assessment.verdict == response_pb2.RESPONSE_VERDICT_CONTINUE
    assert told.assessment.rule_codes[-1] == "WEEK-12-RESPONDER"

    request = pb.GetResponseRequest(plan_id=first.plan_id)
    shown = (await who.call(responses.GetResponse, request)).response
    assert shown.verdict == response_pb2.RESPONSE_VERDICT_CONTINUE
    [curve] = shown.curves
    assert [point.change_thousandths for point in curve.points] == [0, 20_000]
    assert curve.trials

    listing = pb.ListResponsesRequest(verdict=response_pb2.RESPONSE_VERDICT_CONTINUE)
    listed = await who.call(responses.ListResponses, listing)
    assert [each.plan_id for each in listed.responses] == [first.plan_id]

    drawing = pb.GetResponseCurveRequest(
        protocol_code=first.protocol.protocol_code,
        measure=outcome_pb2.MEASURE_TERMINAL_HAIR_DENSITY_PER_SQUARE_CM,
    )
    drawn = await who.call(responses.GetResponseCurve, drawing)
    assert drawn.plans == 2
    point = drawn.curve.points[-1]
    assert (point.change_thousandths, point.n) == (15_000, 2)
    # +12.5 and +6.25 per cent.
    assert drawn.curve.percent_points[-1].change_thousandths == 9_375
    assert point.low_thousandths < 15_000 < point.high_thousandths
    # Nothing of it for a clinic's own that has none, nor for another chain.
    elsewhere = reader(consult, clinics=(new_id(),))
    assert (await elsewhere.call(responses.GetResponseCurve, drawing)).plans == 0
    stranger = reader(consult, chain=new_id())
    assert (await stranger.call(responses.GetResponseCurve, drawing)).plans == 0


@pytest.mark.parametrize("chain", [None, "another"])
async def test_a_response_that_is_not_there_is_refused(
    consult: RunningService, bench: Parts, chain: str | None
) -> None:
    plan = await with_plan(bench, consult.chain)
    if chain:
        await respond(bench, plan, consult.chain)
    who = reader(consult, chain=new_id() if chain else "")
    responses = ResponseServiceStub(consult.channel)
    request = pb.GetResponseRequest(plan_id=plan.plan_id)
    missing = Refusal("NOT_FOUND", "RESPONSE_NOT_FOUND")
    assert await refusal(who.call(responses.GetResponse, request)) == missing
    unknown = pb.GetResponseCurveRequest(
        protocol_code="NONE", measure=outcome_pb2.MEASURE_SALT_SCORE
    )
    assert await refusal(who.call(responses.GetResponseCurve, unknown)) == Refusal(
        "NOT_FOUND", "PROTOCOL_NOT_FOUND"
    )


async def test_a_performed_session_is_heard(consult: RunningService, bench: Parts) -> None:
    """It opens the response, and keeps the patient's record."""
    directory = await founded(consult)
    clinic = (await directory.opened()).clinic_id
    patient_id = await directory.registered(clinic)
    plan = await with_plan(bench, consult.chain, patient_id=patient_id, clinic_id=clinic)
    event = events.SessionCompleted(
        session_id=new_id(), plan_id=plan.plan_id, patient_id=patient_id, clinic_id=clinic
    )
    event.completed_at.FromDatetime(consult.clock.now() - timedelta(minutes=1))
    async with neighbour(consult.servers, "sessions") as spoken:
        await spoken.say(said(event, chain=consult.chain))
        await spoken.say(said(event, chain=consult.chain), again=True)
        await eventually(lambda: spoken_for(consult, plan.plan_id))
        await spoken.answered("consult-on-sessions")
    shown = await spoken_for(consult, plan.plan_id)
    assert shown is not None
    assert list(shown.session_ids) == [event.session_id]
    kept = await bench.store.get(consult.chain, PATIENT, patient_id)
    assert kept is not None
    assert kept.state.last_treated_at == event.completed_at.ToDatetime(tzinfo=UTC)


async def spoken_for(consult: RunningService, plan_id: str) -> model_pb2.Response | None:
    """Return the plan's response once there is one."""
    who, request = reader(consult), pb.GetResponseRequest(plan_id=plan_id)
    listing = await who.call(
        ResponseServiceStub(consult.channel).ListResponses, pb.ListResponsesRequest()
    )
    if not any(each.plan_id == request.plan_id for each in listing.responses):
        return None
    return (await who.call(ResponseServiceStub(consult.channel).GetResponse, request)).response
