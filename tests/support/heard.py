"""An inbox, and courses that lead to whatever a test says they do."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from mesoflow.sessions.v1 import events_pb2 as sessions
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import AnyAggregate, Owed, OwedToEach
from services.chassis.kernel import derived_id
from services.chassis.postgres.inbox import Inbox
from services.consult.domain.clinic.commands import AddRoom
from tests.support.calls import new_id
from tests.support.databases import Database
from tests.support.hearing import BARE_CLINIC, DURABLE, Unwilling, open_clinic
from tests.support.pair import Pair, in_step
from tests.support.parts import Parts

TAKEN_IN = "SELECT event_id FROM chassis.inbox WHERE durable = $1 AND event_id = ANY ($2::uuid[])"
HIGHEST = "SELECT aggregate_id, version FROM chassis.heard WHERE durable = $1"
CAUSED = "SELECT count(*) FROM chassis.journal WHERE cause_id = $1"
PARKED = "SELECT event_id, reason, dead FROM chassis.parked WHERE durable = $1 ORDER BY version"
TOGETHER = """
SELECT count(DISTINCT xmin::text) FROM (
    SELECT xmin FROM chassis.journal WHERE cause_id = ANY ($1::uuid[])
    UNION ALL SELECT xmin FROM chassis.inbox WHERE event_id = ANY ($1::uuid[])) w
"""


@dataclass
class Courses:
    """What is said of courses, and what each event makes consult owe.

    `seen` are the events that the policy was asked about: once each where a draft was stored.
    """

    leads_to: dict[str, Sequence[Owed | OwedToEach]] = field(default_factory=dict)
    poison: set[str] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)
    said: dict[str, int] = field(default_factory=dict)

    def policy(
        self, event: sessions.CourseScheduled, delivery: Delivery
    ) -> Sequence[Owed | OwedToEach]:
        self.seen.append(delivery.event_id)
        if delivery.event_id in self.poison:
            raise Unwilling
        return self.leads_to[delivery.event_id]

    def inbox(self, at: Parts) -> Inbox:
        """Return what hears at one process."""
        return Inbox(
            at.means, Hearing("consult", "sessions", {sessions.CourseScheduled: self.policy})
        )

    def event(self, chain: str, *owed: Owed | OwedToEach, course: str = "", n: int = 0) -> Delivery:
        """Return the next event of a course, a new one unless named; `n` says its version."""
        course = course or new_id()
        version = n or self.said.get(course, 0) + 1
        self.said[course] = max(version, self.said.get(course, 0))
        made = Delivery(
            event_id=new_id(),
            chain_id=chain,
            aggregate_id=course,
            version=version,
            type=sessions.CourseScheduled.DESCRIPTOR.full_name,
            body=sessions.CourseScheduled(course_id=course).SerializeToString(),
            traceparent=None,
            occurred_at=datetime(2026, 1, 31, tzinfo=UTC),
        )
        self.leads_to[made.event_id] = owed
        return made

    def room(
        self,
        chain: str,
        clinic: str,
        code: str,
        aggregate: AnyAggregate = BARE_CLINIC,
        **more: Any,  # noqa: ANN401 - keywords of event
    ) -> Delivery:
        """Return an event that adds a room to a clinic."""
        command = AddRoom(clinic, derived_id("room", new_id()), code, datetime.now(UTC))
        return self.event(chain, Owed(aggregate, clinic, command), **more)

    def poisoned(self, chain: str, **more: Any) -> Delivery:  # noqa: ANN401 - keywords of event
        """Return an event that the policy fails on."""
        made = self.event(chain, **more)
        self.poison.add(made.event_id)
        return made


async def taken_in(database: Database, *deliveries: Delivery) -> list[bool]:
    """Tell of each whether it was answered, and hold what was heard against it."""
    ids = [each.event_id for each in deliveries]
    rows = await database.rows(TAKEN_IN, DURABLE, ids)
    taken = {str(row["event_id"]) for row in rows}
    highest: dict[str, int] = {}
    for each in deliveries:
        if each.event_id in taken:
            highest[each.aggregate_id] = max(each.version, highest.get(each.aggregate_id, 0))
    heard = {str(r["aggregate_id"]): r["version"] for r in await database.rows(HIGHEST, DURABLE)}
    assert {k: v for k, v in heard.items() if k in {d.aggregate_id for d in deliveries}} == highest
    return [each in taken for each in ids]


async def effects(database: Database, *deliveries: Delivery) -> list[object]:
    """Return how many events each has caused."""
    return [await database.value(CAUSED, each.event_id) for each in deliveries]


async def parked(database: Database) -> list[tuple[str, str, bool]]:
    """Return event, reason and whether it is dead, of all that is parked."""
    rows = await database.rows(PARKED, DURABLE)
    return [(str(row["event_id"]), row["reason"], row["dead"]) for row in rows]


async def transactions(database: Database, *deliveries: Delivery) -> object:
    """Return in how many transactions events were taken in with what they caused."""
    return await database.value(TOGETHER, [each.event_id for each in deliveries])


@dataclass
class Hearer:
    """Who hears alone, as a service does, and what is said to it."""

    pair: Pair
    inbox: Inbox
    courses: Courses = field(default_factory=Courses)

    @property
    def chain(self) -> str:
        return self.pair.here.chain

    def room(
        self, clinic: str, code: str, aggregate: AnyAggregate = BARE_CLINIC, course: str = ""
    ) -> Delivery:
        return self.courses.room(self.chain, clinic, code, aggregate, course=course)

    def opening(self, aggregate: AnyAggregate = BARE_CLINIC, code: str = "") -> Delivery:
        """Return an event that opens a clinic, whose id is the course's."""
        key = new_id()
        command = open_clinic(key, self.chain, self.pair.here.clock.now())
        command = replace(command, clinic_code=code or command.clinic_code)
        return self.courses.event(self.chain, Owed(aggregate, key, command), course=key)

    async def whole(self, *deliveries: Delivery, events: int) -> None:
        """Hold that all was answered, each with one effect, and that nothing else was done."""
        database = self.pair.database
        assert await taken_in(database, *deliveries) == [True] * len(deliveries)
        assert await effects(database, *deliveries) == [1] * len(deliveries)
        assert await parked(database) == []
        assert await in_step(database) == events

    @property
    def asked(self) -> int:
        """Return how often the policy was asked: once an event where a draft did."""
        return len(self.courses.seen)
