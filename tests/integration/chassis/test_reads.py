"""What a decision has read still stands when it is stored, or it is decided anew."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from services.chassis.handling import Aggregate, Owed, Reader
from services.chassis.kernel import DomainError
from services.consult.domain.practitioner.commands import (
    Command,
    EnrolPractitioner,
    RecordLicence,
)
from services.consult.domain.practitioner.events import Event
from services.consult.domain.practitioner.model import Practitioner, Profession
from services.consult.handlers.directory import PRACTITIONER
from tests.support.calls import new_id
from tests.support.parts import Parts

BARE = replace(PRACTITIONER, gathers={})
VERSION = "SELECT version FROM public.practitioner WHERE id = $1"


class RivalLicensed(DomainError):
    """Of two practitioners only one may have a licence."""


async def nothing(parts: Parts, key: str) -> None:
    """Let nothing happen between reading and storing."""


@dataclass
class Rival:
    """A practitioner who takes a licence only while `other` has none."""

    parts: Parts
    meanwhile: Callable[[Parts, str], Awaitable[None]] = nothing
    other: str = ""
    key: str = field(default_factory=new_id)
    seen: list[int] = field(default_factory=list)

    @property
    def aggregate(self) -> Aggregate[Practitioner, Command, Event, Any]:
        return replace(
            PRACTITIONER,
            decider=replace(PRACTITIONER.decider, decide=refusing_a_second),
            gathers={RecordLicence: self.look},
        )

    async def look(self, command: RecordLicence, state: object, reader: Reader) -> bool:
        rival = await reader.get(PRACTITIONER, self.other)
        licences = 0 if rival is None else len(rival.licences)
        self.seen.append(licences)
        if len(self.seen) == 1:
            await self.meanwhile(self.parts, self.other)
        return licences > 0

    async def enrolled(self) -> "Rival":
        await enrol(self.parts, self.key)
        return self

    async def licensed(self) -> str:
        """Take a licence; return OK or the refusal's reason."""
        try:
            await self.parts.handle(Owed(self.aggregate, self.key, licence(self.parts, self.key)))
        except RivalLicensed as refused:
            return refused.reason
        return "OK"


def refusing_a_second(
    command: Command, state: Practitioner | None, rival_licensed: object
) -> Sequence[Event]:
    if rival_licensed:
        raise RivalLicensed
    return PRACTITIONER.decider.decide(command, state, ())


def licence(parts: Parts, key: str) -> RecordLicence:
    now = parts.clock.now()
    return RecordLicence(key, new_id(), "GMC", None, date(2026, 1, 1), date(2027, 1, 1), now)


async def enrol(parts: Parts, key: str) -> None:
    command = EnrolPractitioner(key, (), Profession.PHYSICIAN, parts.clock.now())
    owed = Owed(replace(BARE, decider=replace(BARE.decider, decide=without_rows)), key, command)
    await parts.handle(owed)


def without_rows(command: Command, state: Practitioner | None, _: object) -> Sequence[Event]:
    return PRACTITIONER.decider.decide(command, state, ())


async def take(parts: Parts, key: str) -> None:
    """Give `key` a licence."""
    owed = Owed(
        replace(BARE, decider=replace(BARE.decider, decide=without_rows)), key, licence(parts, key)
    )
    await parts.handle(owed)


async def test_what_changed_since_it_was_read_is_looked_at_again(bench: Parts) -> None:
    other = await Rival(bench).enrolled()
    rival = await Rival(bench, take, other.key).enrolled()
    assert await rival.licensed() == "RIVAL_LICENSED"
    assert rival.seen == [0, 1]
    assert await bench.database.value(VERSION, rival.key) == 1


async def test_what_was_born_since_it_was_missed_is_looked_at_again(bench: Parts) -> None:
    rival = await Rival(bench, enrol, new_id()).enrolled()
    assert await rival.licensed() == "OK"
    assert rival.seen == [0, 0]


async def test_what_stands_is_looked_at_once(bench: Parts) -> None:
    other = await Rival(bench).enrolled()
    rival = await Rival(bench, other=other.key).enrolled()
    assert await rival.licensed() == "OK"
    assert rival.seen == [0]


async def test_of_two_that_look_at_each_other_one_sees_what_the_other_did(bench: Parts) -> None:
    """In one statement, or in two at once, both would have taken what only one may have."""
    pairs = []
    for _ in range(20):
        one, other = Rival(bench), Rival(bench)
        one.other, other.other = other.key, one.key
        pairs += [await one.enrolled(), await other.enrolled()]
    told = await asyncio.gather(*[rival.licensed() for rival in pairs])
    assert [sorted(told[n : n + 2]) for n in range(0, 40, 2)] == [["OK", "RIVAL_LICENSED"]] * 20
