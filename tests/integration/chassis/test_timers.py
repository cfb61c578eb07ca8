"""A command owed at a time is given once, when it is due, over restarts."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from services.chassis.handling import Owed
from services.chassis.timers import Timers
from services.consult.domain.clinic.model import Clinic
from services.consult.events.published import CONTRACT
from services.consult.main import build
from tests.integration.conftest import Serve
from tests.support.calls import new_id
from tests.support.eventually import eventually
from tests.support.hearing import open_clinic
from tests.support.parts import Parts
from tests.support.reminding import AFTER, Reminders
from tests.support.running import Blueprint

TIMERS = "SELECT count(*) FROM chassis.timers"


@dataclass
class Clinics:
    """Clinics that set timers."""

    bench: Parts
    reminders: Reminders = field(default_factory=Reminders)

    @property
    def timers(self) -> Timers:
        return Timers(self.bench.means, "consult", self.reminders.firings)

    async def opened(self) -> str:
        clinic = new_id()
        command = open_clinic(clinic, self.bench.chain, self.bench.clock.now())
        await self.bench.handle(Owed(self.reminders.aggregate, clinic, command))
        return clinic

    async def rooms(self, clinic: str) -> list[str]:
        found: Any = await self.bench.store.get(self.bench.chain, self.reminders.aggregate, clinic)
        state: Clinic = found.state
        return [room.room_code for room in state.rooms]


@pytest.fixture
def clinics(bench: Parts) -> Clinics:
    return Clinics(bench)


async def test_a_timer_fires_when_it_is_due_and_once(clinics: Clinics) -> None:
    clinic = await clinics.opened()
    await clinics.timers.fire_due()
    assert await clinics.rooms(clinic) == []
    clinics.bench.clock.advance(days=31)
    await clinics.timers.fire_due()
    await clinics.timers.fire_due()
    assert await clinics.rooms(clinic) == ["reminder-0"]
    assert await clinics.bench.database.value(TIMERS) == 0


async def test_what_a_timer_led_to_says_so(clinics: Clinics) -> None:
    await clinics.opened()
    clinics.bench.clock.advance(days=31)
    await clinics.timers.fire_due()
    rows = await clinics.bench.database.rows(
        "SELECT actor, request_id IS NOT NULL AS known FROM chassis.journal WHERE version = 2"
    )
    assert [tuple(row) for row in rows] == [("consult-timer", True)]


async def test_a_timer_may_set_itself_anew(clinics: Clinics) -> None:
    clinics.reminders.rounds = 3
    clinic = await clinics.opened()
    for expected in (1, 2, 3, 3):
        clinics.bench.clock.advance(days=31)
        await clinics.timers.fire_due()
        assert len(await clinics.rooms(clinic)) == expected
    assert await clinics.bench.database.value(TIMERS) == 0


async def test_a_timer_that_was_put_off_meanwhile_does_not_fire(clinics: Clinics) -> None:
    clinic = await clinics.opened()
    clinics.bench.clock.advance(days=31)
    (row,) = await clinics.bench.database.rows("SELECT chain_id, key FROM chassis.timers")
    await clinics.bench.database.execute(
        "UPDATE chassis.timers SET due_at = due_at + interval '90 days'"
    )
    await clinics.timers._fire(str(row["chain_id"]), str(row["key"]))
    assert await clinics.rooms(clinic) == []
    assert await clinics.bench.database.value(TIMERS) == 1


async def test_a_timer_that_is_refused_stays_and_is_tried_again(clinics: Clinics) -> None:
    clinics.reminders.refuses = True
    clinic, other = await clinics.opened(), await clinics.opened()
    clinics.bench.clock.advance(days=31)
    await clinics.timers.fire_due()
    assert clinics.reminders.fired == 2, "one that fails does not hold up the next"
    assert await clinics.rooms(clinic) == []
    clinics.reminders.refuses = False
    await clinics.timers.fire_due()
    assert await clinics.rooms(clinic) == await clinics.rooms(other) == ["reminder-0"]


async def test_timers_survive_a_restart_and_fire_with_the_moved_clock(
    serve: Serve, bench: Parts
) -> None:
    clinics = Clinics(bench)
    blueprint = Blueprint("consult", CONTRACT, build, clinics.reminders.in_service)
    first = await serve(blueprint)
    clinic = await clinics.opened()
    await first.stop()
    second = await serve(blueprint)
    assert await clinics.rooms(clinic) == []
    second.clock.ahead = AFTER

    async def reminded() -> bool:
        return await clinics.rooms(clinic) == ["reminder-0"]

    await eventually(reminded)
    assert await bench.database.value(TIMERS) == 0
