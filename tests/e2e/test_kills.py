"""Services, broker and store die in mid-journey; the journey ends right, and once."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from functools import partial

import pytest

from deploy.demo.client import AUDITOR, CHAIN_ADMIN, Client
from deploy.demo.course import ask_to_start
from deploy.demo.refusals import Refused
from deploy.local.stack import SERVICES, Stack
from mesoflow.billing.v1.service_pb2 import ListAccountsRequest
from mesoflow.consult.v1.service_pb2 import AddRoomRequest, ListPatientsRequest
from mesoflow.safety.v1.service_pb2 import ListCasesRequest
from mesoflow.sessions.v1.service_pb2 import ListCoursesRequest
from tests.e2e.faults import (
    ANSWERING_AN_EVENT,
    BEFORE_THE_FEED,
    IN_A_COMMAND,
    PUBLISHED,
    Act,
    at,
    started,
    take_through,
)
from tests.e2e.once import miscounted
from tests.support.chains import (
    TREATED,
    WHOLE_JOURNEY,
    Chain,
    founded,
    outsider,
    step_named,
    steps_before,
    steps_between,
)
from tests.support.eventually import eventually

Call = Callable[[], Awaitable[object]]
PERFORMED = "credit posted, revenue recognised"
AWAY_SECONDS = 10.0
FAIL_SECONDS = 3.0
BACK_SECONDS = 5.0

pytestmark = pytest.mark.timeout(180)


async def test_services_killed_in_the_middle_of_calls(breakable: Stack) -> None:
    """The client asks again with the same request id; between the two, the service died."""
    stack = breakable

    async def unanswered_question(act: Act) -> None:
        stack.services["safety"].kill()
        with pytest.raises(Refused) as refused:
            await ask_to_start(replace(patient, client=impatient))
        assert refused.value.reason == "SAFETY_UNAVAILABLE"
        asking = asyncio.ensure_future(act())
        await started(stack, "safety")
        await asking

    async def killed_between(act: Act) -> None:
        await act()
        for service in stack.services.values():
            service.kill()
        await started(stack, *SERVICES)

    async with founded(stack) as chain, hasty(chain, stack) as impatient:
        patient = chain.patient(TREATED)
        faults = {
            # One statement that the server ends by itself: done, but nobody was told.
            "findings recorded": at(stack, consult=IN_A_COMMAND),
            # An open transaction: not done.
            "plan proposed": at(stack, consult=IN_A_COMMAND),
            "quote received": killed_between,
            "deposit paid": at(stack, billing=PUBLISHED),
            "session booked": at(stack, sessions=BEFORE_THE_FEED),
            "session started": unanswered_question,
            "session completed": at(stack, sessions=IN_A_COMMAND),
            "reaction reported": at(stack, sessions=PUBLISHED),
            "lot held": at(stack, safety=IN_A_COMMAND),
            "hold lifted": at(stack, safety=BEFORE_THE_FEED),
        }
        await take_through(patient, WHOLE_JOURNEY, faults)
        assert await chain.differences(patient) == []
        assert await miscounted(chain) == []


async def test_services_killed_while_each_answers_an_event(breakable: Stack) -> None:
    """Three patients, so that the broker's wait before it delivers again is waited for once."""
    stack = breakable
    async with founded(stack) as chain:
        first, second, third = (chain.patient(TREATED) for _ in range(3))
        await take_through(first, steps_before("plan proposed"))
        await take_through(second, steps_before("plan accepted"))
        await take_through(third, steps_before("session completed"))

        hit = {
            "plan proposed": (first, ["consult"]),
            "session completed": (third, ["safety"]),
            "plan accepted": (second, ["sessions", "billing"]),
        }
        for step, (patient, services) in hit.items():
            places = dict.fromkeys(services, ANSWERING_AN_EVENT)
            await take_through(patient, [step_named(step)], {step: at(stack, **places)})
        for step, (patient, _) in hit.items():
            await take_through(patient, steps_between(step, PERFORMED))

        assert await chain.differences(first, second, third) == []
        assert await miscounted(chain, treated=3, harmed=0) == []


async def test_the_broker_killed_and_wiped(breakable: Stack) -> None:
    """Calls succeed without it, and what it lost it is given again."""
    stack = breakable

    async def away(act: Act) -> None:
        stack.nats.kill()
        await act()
        await asyncio.to_thread(stack.nats.start)

    async def killed_in_the_flow(act: Act) -> None:
        await act()
        stack.nats.kill()
        await asyncio.to_thread(stack.nats.start)

    async def wiped(act: Act) -> None:
        stack.nats.kill()
        stack.nats.wipe()
        await act()
        await asyncio.to_thread(stack.nats.start)

    async with founded(stack) as chain:
        patient = chain.patient(TREATED)
        faults = {
            "plan proposed": away,
            "plan accepted": killed_in_the_flow,
            "deposit paid": wiped,
            "session completed": killed_in_the_flow,
            "reaction reported": wiped,
            "lot held": killed_in_the_flow,
            "hold lifted": wiped,
        }
        await take_through(patient, WHOLE_JOURNEY, faults)
        assert await chain.differences(patient) == []
        assert await miscounted(chain) == []


async def test_the_store_away_for_ten_seconds(breakable: Stack) -> None:
    """Every call is refused at once and honestly; afterwards the services mend themselves."""
    stack = breakable
    pids = {name: service.pid for name, service in stack.services.items()}

    async def away(act: Act) -> None:
        await asyncio.to_thread(stack.postgres.stop_immediate)
        acting = asyncio.ensure_future(act())
        until = time.monotonic() + AWAY_SECONDS
        while time.monotonic() < until:
            ends = await asyncio.gather(*map(how_it_ends, calls))
            assert ends == ["STORE_UNAVAILABLE"] * len(calls)
        assert not acting.done()
        await asyncio.to_thread(stack.postgres.start)
        await eventually(lambda: all_answered(calls), seconds=BACK_SECONDS)
        await acting

    async with founded(stack) as chain, hasty(chain, stack) as impatient:
        patient = chain.patient(TREATED)
        calls = calls_to_all(impatient, chain.setting.clinic_id)
        await take_through(patient, WHOLE_JOURNEY, {"deposit paid": away, "lot held": away})
        assert await chain.differences(patient) == []
        assert await miscounted(chain) == []
        assert {name: service.pid for name, service in stack.services.items()} == pids


def hasty(chain: Chain, stack: Stack) -> AbstractAsyncContextManager[Client]:
    """Give a client of the chain that asks once and never again."""
    return outsider(stack, chain_id=chain.setting.chain_id, patience_seconds=0)


def calls_to_all(client: Client, clinic_id: str) -> list[Call]:
    """Return a read of each service, and a mutation that is the same however often it is sent."""
    room = AddRoomRequest(clinic_id=clinic_id, room_code="AWAY")
    return [
        partial(client.call, client.consult.directory.AddRoom, room, CHAIN_ADMIN),
        partial(client.call, client.consult.patients.ListPatients, ListPatientsRequest(), AUDITOR),
        partial(client.call, client.sessions.courses.ListCourses, ListCoursesRequest(), AUDITOR),
        partial(client.call, client.billing.accounts.ListAccounts, ListAccountsRequest(), AUDITOR),
        partial(client.call, client.safety.cases.ListCases, ListCasesRequest(), AUDITOR),
    ]


async def how_it_ends(call: Call) -> str:
    """Return the reason that a call is refused with, quickly, or nothing when it is answered."""
    began = time.monotonic()
    try:
        await call()
    except Refused as refusal:
        assert time.monotonic() - began < FAIL_SECONDS
        return refusal.reason
    return ""


async def all_answered(calls: Sequence[Call]) -> bool:
    return not any(await asyncio.gather(*map(how_it_ends, calls)))
