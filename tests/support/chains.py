"""A chain of the test's own on a running stack: its client, its setting, and journeys in it."""

import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from grpc import aio

import deploy.demo
from deploy.demo.answers import Answers, kept_answers
from deploy.demo.client import OPTIONS, PATIENCE_SECONDS, SERVICES, Client
from deploy.demo.course import COURSE
from deploy.demo.expected import expected
from deploy.demo.fhir import read
from deploy.demo.harm import HARM
from deploy.demo.intake import INTAKE
from deploy.demo.records import PatientRecord, Person
from deploy.demo.setting import Setting, set_up
from deploy.demo.soundness import differences_in
from deploy.demo.treatment import Step, Treatment, journey
from deploy.demo.verify import differences_of
from deploy.local.stack import Stack
from services.chassis.clock import Ids

SAMPLE = Path(deploy.demo.__file__).with_name("sample.json")
# As sample.json and answers.json have them: one who is treated, one whose pair is refused, one
# whom the rules leave to a physician.
TREATED, REFUSED, REVIEWED = "Patient/sample-a", "Patient/sample-b", "Patient/sample-e"
WHOLE_JOURNEY: tuple[Step, ...] = (*INTAKE, *COURSE, *HARM)
SETTLED_SECONDS = 30.0


@dataclass(frozen=True)
class Chain:
    """A chain that is ready to treat, and its way to the four services."""

    client: Client
    answers: Answers
    setting: Setting

    def patient(self, reference: str, person: Person | None = None) -> Treatment:
        """Return the sample's patient at the beginning of their journey, under another name."""
        record = sample()[reference]
        return Treatment(
            client=self.client,
            setting=self.setting,
            record=record if person is None else replace(record, person=person),
            scripted=self.answers.of(reference),
        )

    async def differences(self, *treatments: Treatment, empty: Collection[str] = ()) -> list[str]:
        """Return everything in which the end state, read back, stays other than it must be.

        The journals of the services in `empty` may be empty. A service whose broker was wiped a
        moment ago believes that it is at rest, so what differs may still be on its way.
        """
        deadline = time.monotonic() + SETTLED_SECONDS
        while found := await self._differences(treatments, empty):
            if time.monotonic() > deadline:
                break
        return found

    async def _differences(
        self, treatments: Sequence[Treatment], empty: Collection[str]
    ) -> list[str]:
        # Nobody in the sample comes of age while a test moves the clock.
        today = datetime.now(UTC).date()
        # First, so that what is read afterwards is what events led to in the end.
        found = await differences_in(self.client, empty, SETTLED_SECONDS)
        for each in treatments:
            found += await differences_of(each, expected(each.record, each.scripted, today))
        return found


def sample() -> dict[str, PatientRecord]:
    """Return the demo's built-in records by reference."""
    return {record.reference: record for record in read(SAMPLE).patients}


@asynccontextmanager
async def outsider(
    stack: Stack,
    kind: type[Client] = Client,
    chain_id: str = "",
    patience_seconds: float = PATIENCE_SECONDS,
) -> AsyncIterator[Client]:
    """Give a client of `stack` that speaks for a chain nobody has registered, or for `chain_id`."""
    channels = {
        name: aio.insecure_channel(stack.services[name].address, OPTIONS) for name in SERVICES
    }
    try:
        chain_id = chain_id or Ids().new()
        yield kind(channels, stack.issuer, chain_id, patience_seconds=patience_seconds)
    finally:
        for channel in channels.values():
            await channel.close()


@asynccontextmanager
async def founded(stack: Stack, kind: type[Client] = Client) -> AsyncIterator[Chain]:
    """Give a chain with a directory and prices."""
    async with outsider(stack, kind) as client:
        answers = kept_answers()
        yield Chain(client, answers, await set_up(client, answers))


async def take(treatment: Treatment, steps: Sequence[Step] = WHOLE_JOURNEY) -> Treatment:
    """Take `steps`, and return the treatment; a refusal stands in it."""
    async for _ in journey(treatment, steps):
        pass
    return treatment


def steps_before(name: str) -> Sequence[Step]:
    """Return the steps of the whole journey that come before the one named."""
    return WHOLE_JOURNEY[: _place(name)]


def steps_between(after: str, last: str) -> Sequence[Step]:
    """Return the steps that come after one, up to and with another."""
    return WHOLE_JOURNEY[_place(after) + 1 : _place(last) + 1]


def step_named(name: str) -> Step:
    """Return one step of the whole journey."""
    return WHOLE_JOURNEY[_place(name)]


def _place(name: str) -> int:
    return [step.name for step in WHOLE_JOURNEY].index(name)
