"""What a neighbour says is answered once, in order, and never lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed, OwedToEach
from services.chassis.postgres.inbox import ATTEMPTS_MOST, Inbox
from services.consult.domain.clinic.commands import AddRoom
from services.consult.domain.clinic.model import Clinic
from services.consult.handlers.directory import CLINIC
from tests.support.calls import new_id
from tests.support.hearing import BARE_CLINIC, DURABLE, Rooms, open_clinic
from tests.support.parts import Parts

PARKED = "SELECT version, reason, attempts, dead FROM chassis.parked ORDER BY version"
SCHEDULED = sessions.CourseScheduled.DESCRIPTOR.full_name
BEHIND = "BEHIND_A_PARKED_EVENT"


@dataclass
class Heard:
    """An inbox, and clinics that courses lead to."""

    bench: Parts
    rooms: Rooms = field(default_factory=Rooms)
    chains: dict[str, str] = field(default_factory=dict)

    @property
    def inbox(self) -> Inbox:
        hearing = Hearing("consult", "sessions", {sessions.CourseScheduled: self.rooms.add_room})
        return Inbox(self.bench.means, hearing)

    async def course(self, chain: str = "") -> str:
        """Return a new course, whose clinic is open."""
        course, clinic = new_id(), new_id()
        self.chains[course] = chain or self.bench.chain
        await self.open(clinic, self.chains[course])
        self.rooms.clinics[course] = clinic
        return course

    async def open(self, clinic: str, chain: str) -> None:
        command = open_clinic(clinic, chain, self.bench.clock.now())
        await self.bench.handle(Owed(BARE_CLINIC, clinic, command), chain_id=chain)

    def delivery(self, course: str, version: int, **more: object) -> Delivery:
        event = sessions.CourseScheduled(course_id=course)
        made = Delivery(
            event_id=new_id(),
            chain_id=self.chains[course],
            aggregate_id=course,
            version=version,
            type=SCHEDULED,
            body=event.SerializeToString(),
            traceparent=None,
            occurred_at=datetime(2026, 1, 31, tzinfo=UTC),
        )
        return replace(made, **more)  # type: ignore[arg-type]  # fields of Delivery by name

    def poisoned(self, course: str, version: int) -> Delivery:
        made = self.delivery(course, version)
        self.rooms.poison.add(made.event_id)
        return made

    async def replay(self) -> None:
        """Let every dead event be tried again, as an operator may."""
        now = self.bench.clock.now()
        again = "UPDATE chassis.parked SET dead = false, next_attempt_at = $1"
        await self.bench.database.execute(again, now)
        await self.inbox.retry_due()

    async def rooms_of(self, course: str) -> list[str]:
        """Return the rooms that answering has led to, in order."""
        found = await self.bench.store.get(self.chains[course], CLINIC, self.rooms.clinics[course])
        assert found is not None
        state: Clinic = found.state
        return [room.room_code for room in state.rooms]

    async def parked(self) -> Sequence[tuple[object, ...]]:
        return [tuple(row) for row in await self.bench.database.rows(PARKED)]


@pytest.fixture
def heard(bench: Parts) -> Heard:
    return Heard(bench)


async def test_a_batch_is_answered_in_order_and_each_event_once(heard: Heard) -> None:
    one, other = await heard.course(), await heard.course()
    batch = [heard.delivery(one, 1), heard.delivery(other, 1), heard.delivery(one, 2)]
    await heard.inbox([*batch, batch[0]])
    await heard.inbox([replace(batch[0], count=2), replace(batch[2], count=3)])
    assert await heard.rooms_of(one) == ["v1", "v2"]
    assert await heard.rooms_of(other) == ["v1"]
    assert await heard.parked() == []


async def test_what_an_event_led_to_names_it_as_its_cause(heard: Heard) -> None:
    course = await heard.course()
    delivery = heard.delivery(course, 1)
    await heard.inbox([delivery])
    caused = await heard.bench.database.rows(
        "SELECT actor, type FROM chassis.journal WHERE cause_id = $1", delivery.event_id
    )
    assert [tuple(row) for row in caused] == [(DURABLE, "mesoflow.consult.v1.RoomAdded")]


async def test_a_poison_event_holds_back_its_own_aggregate_alone(heard: Heard) -> None:
    one, other = await heard.course(), await heard.course()
    poison = heard.poisoned(one, 1)
    await heard.inbox([poison, heard.delivery(one, 2), heard.delivery(other, 1)])
    await heard.inbox([heard.delivery(one, 3), heard.delivery(other, 2)])
    assert await heard.rooms_of(one) == []
    assert await heard.rooms_of(other) == ["v1", "v2"]
    assert await heard.parked() == [
        (1, "UNWILLING", 1, False),
        (2, BEHIND, 0, False),
        (3, BEHIND, 0, False),
    ]


async def test_a_parked_line_is_answered_in_order_once_it_can_be(heard: Heard) -> None:
    course = await heard.course()
    await heard.inbox([heard.poisoned(course, 1), heard.delivery(course, 2)])
    await heard.inbox([heard.delivery(course, 3)])
    heard.rooms.poison.clear()
    await heard.inbox.retry_due()
    assert await heard.rooms_of(course) == [], "before its time"
    heard.bench.clock.advance(seconds=1)
    for _ in range(3):
        await heard.inbox.retry_due()
    assert await heard.rooms_of(course) == ["v1", "v2", "v3"]
    assert await heard.parked() == []
    await heard.inbox([heard.delivery(course, 4)])
    assert await heard.rooms_of(course) == ["v1", "v2", "v3", "v4"]


async def test_a_head_out_of_attempts_is_dead_and_still_holds_its_line(heard: Heard) -> None:
    course = await heard.course()
    await heard.inbox([heard.poisoned(course, 1), heard.delivery(course, 2)])
    for _ in range(ATTEMPTS_MOST + 3):
        heard.bench.clock.advance(hours=1)
        await heard.inbox.retry_due()
    assert await heard.parked() == [(1, "UNWILLING", ATTEMPTS_MOST, True), (2, BEHIND, 0, False)]
    assert len(heard.rooms.seen) == ATTEMPTS_MOST + 2, "the draft, the batch, then each attempt"


async def test_an_unseen_older_version_waits_for_a_person_and_is_never_dropped(
    heard: Heard,
) -> None:
    course = await heard.course()
    await heard.inbox([heard.delivery(course, 3)])
    await heard.inbox([heard.delivery(course, 2)])
    assert await heard.rooms_of(course) == ["v3"]
    assert await heard.parked() == [(2, "OUT_OF_ORDER", 1, True)]
    await heard.replay()
    assert await heard.rooms_of(course) == ["v3", "v2"]
    assert await heard.parked() == []


async def test_versions_may_leave_holes(heard: Heard) -> None:
    course = await heard.course()
    await heard.inbox([heard.delivery(course, 2), heard.delivery(course, 7)])
    assert await heard.rooms_of(course) == ["v2", "v7"]


async def test_an_unknown_error_parks_by_its_kind_and_not_its_words(heard: Heard) -> None:
    course = await heard.course()
    heard.rooms.error = ValueError("Zzcanary Quillfeather")
    await heard.inbox([heard.poisoned(course, 1)])
    assert await heard.parked() == [(1, "ValueError", 1, False)]


async def test_bytes_that_are_not_the_event_are_parked(heard: Heard) -> None:
    course = await heard.course()
    await heard.inbox([heard.delivery(course, 1, body=b"\xff\xff")])
    assert await heard.parked() == [(1, "DecodeError", 1, False)]


async def test_a_delivery_that_keeps_killing_the_process_is_parked_dead(heard: Heard) -> None:
    course = await heard.course()
    killer = heard.poisoned(course, 1)
    begun = "INSERT INTO chassis.attempts VALUES ($1, $2, $3)"
    await heard.bench.database.execute(begun, DURABLE, killer.event_id, ATTEMPTS_MOST)
    await heard.inbox([replace(killer, count=ATTEMPTS_MOST + 1)])
    assert await heard.parked() == [(1, "TOO_MANY_ATTEMPTS", ATTEMPTS_MOST + 1, True)]
    assert heard.rooms.seen == []
    assert await heard.bench.database.value("SELECT count(*) FROM chassis.attempts") == 0


async def test_a_batch_of_two_chains_parks_for_one_and_answers_the_other(heard: Heard) -> None:
    mine, theirs = await heard.course(), await heard.course(chain=new_id())
    inbox = heard.inbox
    await inbox([heard.poisoned(theirs, 1)])
    heard.rooms.seen.clear()
    batch = [heard.delivery(mine, 1), heard.delivery(theirs, 2)]
    await inbox(batch)
    assert await heard.rooms_of(mine) == ["v1"]
    assert [row[0] for row in await heard.parked()] == [1, 2]
    assert heard.rooms.seen == [batch[0].event_id], "in one transaction, not one by one"


async def test_the_target_of_a_policy_may_come_later(heard: Heard) -> None:
    course = await heard.course()
    clinic = heard.rooms.clinics[course]
    heard.rooms.clinics[course] = late = new_id()
    await heard.inbox([heard.delivery(course, 1)])
    assert await heard.parked() == [(1, "CLINIC_NOT_FOUND", 1, False)]
    await heard.open(late, heard.bench.chain)
    heard.bench.clock.advance(seconds=1)
    await heard.inbox.retry_due()
    assert await heard.rooms_of(course) == ["v1"]
    heard.rooms.clinics[course] = clinic
    assert await heard.rooms_of(course) == []


async def test_what_is_owed_to_each_of_a_kind_reaches_those_of_the_chain(heard: Heard) -> None:
    course, other = await heard.course(), await heard.course()
    foreign = await heard.course(new_id())
    now = heard.bench.clock.now()

    def to_each(event: sessions.CourseScheduled, delivery: Delivery) -> Sequence[OwedToEach]:
        return [OwedToEach(BARE_CLINIC, "jurisdiction_code", "GB", add_room, ("all",))]

    def add_room(clinic_id: str, at: datetime, code: str) -> AddRoom:
        # Held against what is so when it runs: not at the time of the event, which is long past.
        assert at >= now
        return AddRoom(clinic_id, new_id(), code, at)

    hearing = Hearing("consult", "sessions", {sessions.CourseScheduled: to_each})
    inbox = Inbox(heard.bench.means, hearing)
    delivery = heard.delivery(course, 1)
    await inbox([delivery, delivery])
    assert await heard.rooms_of(course) == await heard.rooms_of(other) == ["all"]
    assert await heard.rooms_of(foreign) == []
