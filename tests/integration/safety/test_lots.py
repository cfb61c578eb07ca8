"""A lot that comes to light after the reaction leads to the case, and the device with it."""

from datetime import UTC, datetime

import pytest

from mesoflow.clinical.v1 import reaction_pb2, scalp_pb2
from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1 import service_pb2_grpc as ops_grpc
from mesoflow.safety.v1 import model_pb2
from mesoflow.safety.v1 import service_pb2 as pb
from mesoflow.safety.v1 import service_pb2_grpc as grpc
from mesoflow.sessions.v1 import events_pb2 as sessions_events
from tests.support.calls import Caller, new_id
from tests.support.eventually import eventually
from tests.support.neighbour import Neighbour, said
from tests.support.running import RunningService

SESSION, PATIENT, CLINIC, FIRST, LATER = (new_id() for _ in range(5))


def interrupted(*lot_ids: str) -> sessions_events.SessionInterrupted:
    """Return the end of the session, as far as it is known what was injected."""
    event = sessions_events.SessionInterrupted(
        session_id=SESSION,
        patient_id=PATIENT,
        clinic_id=CLINIC,
        room_id=new_id(),
        practitioner_id=new_id(),
        administrations=[scalp_pb2.Injection(lot_id=lot_id, points=10) for lot_id in lot_ids],
        device_head_id="HEAD-7",
    )
    event.interrupted_at.FromDatetime(datetime.now(UTC))
    return event


def reaction() -> sessions_events.ReactionObserved:
    """Return a reaction to the session."""
    event = sessions_events.ReactionObserved(
        reaction_id=new_id(),
        patient_id=PATIENT,
        clinic_id=CLINIC,
        session_id=SESSION,
        term=reaction_pb2.REACTION_TERM_INJECTION_SITE_ABSCESS,
        severity_grade=3,
    )
    event.onset_at.FromDatetime(datetime.now(UTC))
    return event


async def cases_of(safety: RunningService, officer: Caller, lot_id: str) -> list[model_pb2.Case]:
    """Return the cases that a lot led to."""
    stub = grpc.CaseServiceStub(safety.channel)
    return list((await officer.call(stub.ListCases, pb.ListCasesRequest(lot_id=lot_id))).cases)


async def matched(safety: RunningService) -> bool:
    """Tell whether an exposure has been laid to the cases before it."""
    found = "SELECT count(*) FROM chassis.journal WHERE type = 'mesoflow.safety.v1.ExposureMatched'"
    return bool(await safety.database.value(found))


@pytest.mark.parametrize("reaction_first", [True, False])
async def test_a_lot_that_is_told_after_the_reaction_is_traced_to_it(
    safety: RunningService, sessions: Neighbour, reaction_first: bool
) -> None:
    officer = safety.caller("safety_officer", "auditor", "operator")
    chain = safety.chain
    heard = [said(reaction(), chain=chain), said(interrupted(FIRST), chain=chain)]
    for item in heard if reaction_first else reversed(heard):
        await sessions.say(item)
        await sessions.answered("safety-on-sessions")

    async def linked() -> bool:
        found = await cases_of(safety, officer, FIRST)
        return bool(found and found[0].exposures)

    await eventually(linked)
    if reaction_first:
        # Until the exposure knows of its case, it would be found with either lot.
        await eventually(lambda: matched(safety))
    assert await cases_of(safety, officer, LATER) == []
    await sessions.say(said(interrupted(FIRST, LATER), chain=chain, version=2))

    async def linked_again() -> bool:
        return bool(await cases_of(safety, officer, LATER))

    await eventually(linked_again)
    [case] = await cases_of(safety, officer, LATER)
    assert [case] == await cases_of(safety, officer, FIRST)
    [exposure] = case.exposures
    assert (set(exposure.lot_ids), exposure.device_head_id) == ({FIRST, LATER}, "HEAD-7")
    stub = ops_grpc.OpsServiceStub(safety.channel)
    status = await officer.call(stub.GetStatus, ops.GetStatusRequest())
    assert not status.parked
    assert not status.dead
