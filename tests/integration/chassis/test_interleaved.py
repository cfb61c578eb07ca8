"""Two processes and what both hear, in any order and all at once: as if one after another."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable
from dataclasses import dataclass, field

import pytest

from services.chassis.delivery import Delivery
from services.chassis.handling import AnyAggregate
from tests.support.calls import new_id
from tests.support.heard import Hearer, effects, parked, taken_in
from tests.support.hearing import BARE_CLINIC
from tests.support.pair import (
    PARIS,
    Elsewhere,
    add_room,
    amend,
    deciding,
    idle,
    in_paris,
    in_step,
    looking,
    refusing,
)
from tests.support.parts import Parts

STEPS = 25
AT_ONCE = 6
IN_ORDER = """
SELECT cause_id, aggregate_id FROM chassis.journal WHERE cause_id IS NOT NULL ORDER BY position
"""
MOVES = "SELECT count(*) FROM chassis.journal WHERE type LIKE '%.ClinicAmended'"


@dataclass
class Play:
    """Random commands and events on few clinics, and what each was told."""

    hearer: Hearer
    chance: random.Random
    clinics: list[str]
    courses: list[str] = field(default_factory=lambda: [new_id() for _ in range(4)])
    added: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, bytes] = field(default_factory=dict)
    said: list[Delivery] = field(default_factory=list)
    moves: int = 0

    async def step(self) -> None:
        """Do a few things at once: commands at both, and now and then a batch."""
        doing: list[Awaitable[None]] = [self.command() for _ in range(AT_ONCE)]
        if self.chance.random() < 0.6:
            doing.append(self.batch())
        await asyncio.gather(*doing)

    @property
    def at(self) -> Parts:
        return self.chance.choice((self.hearer.pair.here, self.hearer.pair.there))

    def rule(self, clinic: str) -> AnyAggregate:
        other = self.chance.choice([each for each in self.clinics if each != clinic])
        rules = (BARE_CLINIC, deciding(refusing), deciding(idle), looking(other, in_paris))
        return self.chance.choice(rules)

    async def command(self) -> None:
        at, clinic = self.at, self.chance.choice(self.clinics)
        if self.chance.random() < 0.3:
            zone = self.chance.choice((PARIS, "UTC"))
            self.moves += 1
            await amend(at, clinic, zone)
            return
        request, code = new_id(), new_id()
        rule = self.rule(clinic)
        try:
            told = await add_room(at, clinic, code, rule, request_id=request)
        except Elsewhere:
            return
        if code in await self.hearer.pair.rooms(clinic):
            self.added[clinic].append(code)
            again = await add_room(self.at, clinic, new_id(), rule, request_id=request)
            assert again == told, "the same request, the same bytes"

    async def batch(self) -> None:
        """Say a few things, some of which were said before."""
        again = self.chance.sample(self.said, min(len(self.said), 2))
        fresh = [self.event() for _ in range(self.chance.randint(1, 4))]
        self.said += fresh
        await self.hearer.inbox([*again, *fresh])
        if self.chance.random() < 0.3:
            self.hearer.pair.here.clock.advance(minutes=10)
            await self.hearer.inbox.retry_due()

    def event(self) -> Delivery:
        clinic = self.chance.choice(self.clinics)
        return self.hearer.room(
            clinic, new_id(), self.rule(clinic), self.chance.choice(self.courses)
        )

    async def holds(self) -> None:
        """Hold what is stored against what was told."""
        pair, database = self.hearer.pair, self.hearer.pair.database
        events = await in_step(database)
        caused = await effects(database, *self.said)
        left = {event_id for event_id, reason, _ in await parked(database)}
        taken = await taken_in(database, *self.said)
        for delivery, many, known in zip(self.said, caused, taken, strict=True):
            assert many in (0, 1)
            # Said again while its line is parked, one that was answered lines up once more.
            assert known or delivery.event_id in left
            assert known or many == 0
        await self.in_order()
        rooms = {clinic: await pair.rooms(clinic) for clinic in self.clinics}
        for clinic in self.clinics:
            assert len(set(rooms[clinic])) == len(rooms[clinic])
            assert set(self.added[clinic]) <= set(rooms[clinic])
        in_all = sum(map(len, rooms.values()))
        assert in_all == sum(map(len, self.added.values())) + caused.count(1)
        assert await database.value(MOVES) == self.moves
        assert events == in_all + self.moves + len(self.clinics)

    async def in_order(self) -> None:
        """Hold that each course was answered in order, on each clinic."""
        of = {each.event_id: each for each in self.said}
        versions: dict[tuple[str, str], list[int]] = defaultdict(list)
        for row in await self.hearer.pair.database.rows(IN_ORDER):
            said = of[str(row["cause_id"])]
            versions[said.aggregate_id, str(row["aggregate_id"])].append(said.version)
        assert all(each == sorted(set(each)) for each in versions.values())


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_told_is_what_is_stored(hearer: Hearer, seed: int) -> None:
    clinics = [await hearer.pair.known() for _ in range(3)]
    play = Play(hearer, random.Random(seed), clinics)
    for _ in range(STEPS):
        await play.step()
    await play.holds()
    assert play.said
    assert any(play.added.values())
