"""All patients through their journeys, some at a time, and then one through harm and hold."""

import asyncio
from collections.abc import Callable, Sequence

from deploy.demo.answers import Answers
from deploy.demo.client import Client, NotSeen
from deploy.demo.course import COURSE
from deploy.demo.expected import expected
from deploy.demo.harm import HARM
from deploy.demo.intake import INTAKE
from deploy.demo.records import PatientRecord
from deploy.demo.setting import Setting, now
from deploy.demo.soundness import differences_in
from deploy.demo.treatment import Step, Treatment, journey
from deploy.demo.verify import differences_of

AT_ONCE = 4
FIRST_SESSION = (*INTAKE, *COURSE)
Tell = Callable[[Treatment, str], None]


async def treat(
    client: Client,
    setting: Setting,
    answers: Answers,
    records: Sequence[PatientRecord],
    tell: Tell,
) -> list[Treatment]:
    """Take every patient to the first performed session, or to what refuses it."""
    treatments = [
        Treatment(
            client=client, setting=setting, record=record, scripted=answers.of(record.reference)
        )
        for record in records
    ]
    lanes = asyncio.Semaphore(AT_ONCE)

    async def one(treatment: Treatment) -> None:
        async with lanes:
            await go(treatment, FIRST_SESSION, tell)

    async with asyncio.TaskGroup() as tasks:
        for treatment in treatments:
            tasks.create_task(one(treatment))
    return treatments


async def harm(treatments: Sequence[Treatment], tell: Tell) -> Treatment | None:
    """Tell the story of harm and hold with the first patient who was treated, if there is one.

    It moves the clock of all services, so nobody else may be under way.
    """
    for treatment in treatments:
        if treatment.refused is None and not treatment.failed:
            await go(treatment, HARM, tell)
            return treatment
    return None


async def go(treatment: Treatment, steps: Sequence[Step], tell: Tell) -> None:
    """Take the steps and tell of each; what does not show in time ends the journey as failed."""
    try:
        async for name in journey(treatment, steps):
            tell(treatment, name)
    except NotSeen as missing:
        treatment.failed = str(missing)
    tell(treatment, "")


async def differences(client: Client, treatments: Sequence[Treatment]) -> list[str]:
    """Return everything in which the end state, read back, is not as it must be."""
    today = (await now(client)).date()
    # Nobody was exposed where nobody was treated.
    treated = any(each.refused is None for each in treatments)
    # First, so that what is read afterwards is what events led to in the end.
    found = await differences_in(client, empty=() if treated else ("safety",))
    for each in treatments:
        found += await differences_of(each, expected(each.record, each.scripted, today))
    return found
