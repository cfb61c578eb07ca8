"""Two processes of consult on one database, each with a memory of its own, and their clinics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from services.chassis.handling import AnyAggregate, Owed, Reader
from services.chassis.kernel import Decider, DomainError
from services.chassis.postgres.codec import from_jsonb
from services.chassis.postgres.journal import GENESIS, entry_hash, entry_of
from services.consult.domain.clinic.commands import AddRoom, AmendClinic, Command
from services.consult.domain.clinic.events import Event, RoomAdded
from services.consult.domain.clinic.model import Clinic
from services.consult.events.published import CONTRACT
from services.consult.handlers.directory import CLINIC
from tests.support.calls import new_id
from tests.support.databases import Database
from tests.support.hearing import BARE_CLINIC, decide_alone, open_clinic
from tests.support.parts import Parts

PARIS = "Europe/Paris"
DOCUMENTS = "SELECT chain_id, id, version, head_hash, state FROM public.clinic"
JOURNAL = "SELECT * FROM chassis.journal WHERE aggregate = 'clinic' ORDER BY position"
UNPUBLISHED = """
SELECT (SELECT count(*) FROM chassis.outbox) - (SELECT count(*) FROM chassis.journal)
"""


class Elsewhere(DomainError):
    """The clinic takes rooms in Paris alone."""


def refusing(command: Command, state: Clinic | None, facts: object) -> Sequence[Event]:
    """Refuse a room, unless the clinic is in Paris."""
    if isinstance(command, AddRoom) and state is not None and state.time_zone != PARIS:
        raise Elsewhere
    return decide_alone(command, state, facts)


def idle(command: Command, state: Clinic | None, facts: object) -> Sequence[Event]:
    """Find nothing left to do for a room, unless the clinic is in Paris."""
    if isinstance(command, AddRoom) and state is not None and state.time_zone != PARIS:
        return []
    return decide_alone(command, state, facts)


def adding(command: Command, state: Clinic | None, facts: object) -> Sequence[Event]:
    """Add a room whether or not there is one of its code: nothing but its event makes it once."""
    assert isinstance(command, AddRoom)
    return [RoomAdded(command.clinic_id, command.room_id, command.room_code, command.at)]


def deciding(decide: Any, seen: list[str] | None = None) -> AnyAggregate:  # noqa: ANN401 - of any facts
    """Return the clinic with other rules; the zones that were decided on go into `seen`."""

    def decided(command: Command, state: Clinic | None, facts: object) -> Sequence[Event]:
        if seen is not None:
            seen.append(state.time_zone if state else "")
        events: Sequence[Event] = decide(command, state, facts)
        return events

    return replace(BARE_CLINIC, decider=replace(BARE_CLINIC.decider, decide=decided))


def in_paris(found: Clinic | None) -> bool:
    """Tell whether a clinic is there, and in Paris."""
    return found is not None and found.time_zone == PARIS


def is_absent(found: Clinic | None) -> bool:
    """Tell whether a clinic is not there."""
    return found is None


def looking(other: str, willing: Callable[[Clinic | None], bool]) -> AnyAggregate:
    """Return a clinic that takes a room only while what it sees of `other` makes it willing."""

    async def look(command: AddRoom, state: Clinic | None, reader: Reader) -> bool:
        found: Clinic | None = await reader.get(CLINIC, other)
        return willing(found)

    def decide(command: Command, state: Clinic | None, agreed: bool) -> Sequence[Event]:
        if not agreed:
            raise Elsewhere
        return decide_alone(command, state, None)

    decider: Decider[Clinic, Any, Event, Any] = Decider(decide, BARE_CLINIC.decider.evolve)
    return replace(BARE_CLINIC, decider=decider, gathers={AddRoom: look})


@dataclass
class Pair:
    """`here` and `there` serve the same chain."""

    here: Parts
    there: Parts

    @property
    def database(self) -> Database:
        return self.here.database

    async def opened(self, key: str = "", chain: str = "") -> str:
        """Return a clinic that was opened here, and that no other memory knows."""
        key = key or new_id()
        await opened(self.here, key, chain or self.here.chain)
        return key

    async def known(self) -> str:
        """Return a clinic that both remember as it is stored."""
        key = await self.opened()
        self.there.means.memory.keep(self.slot(self.here, key))
        return key

    def slot(self, at: Parts, key: str) -> Any:  # noqa: ANN401 - a slot, or none
        """Return what `at` remembers of a clinic."""
        return at.means.memory.slot(CLINIC, at.chain, key)

    async def rooms(self, key: str, chain: str = "") -> list[str]:
        """Return the codes of a clinic's rooms, as they are stored."""
        found = await self.here.store.get(chain or self.here.chain, CLINIC, key)
        assert found is not None
        return [room.room_code for room in found.state.rooms]


async def add_room(
    at: Parts,
    key: str,
    code: str,
    aggregate: AnyAggregate = BARE_CLINIC,
    **more: Any,  # noqa: ANN401 - fields of Invocation by name
) -> bytes:
    """Add a room; return the version it led to."""
    owed = Owed(aggregate, key, AddRoom(key, new_id(), code, at.clock.now()))
    return await at.handle(owed, lambda outcome: str(outcome.version).encode(), **more)


async def opened(at: Parts, key: str, chain: str) -> None:
    """Open a clinic, in UTC."""
    await at.handle(Owed(BARE_CLINIC, key, open_clinic(key, chain, at.clock.now())), chain_id=chain)


async def amend(at: Parts, key: str, zone: str) -> None:
    """Move a clinic."""
    await at.handle(Owed(BARE_CLINIC, key, AmendClinic(key, zone, "GB", "LE", at.clock.now())))


async def in_step(database: Database) -> int:
    """Hold that journal, hashes, documents and outbox agree; return how many events there are."""
    entries = await database.rows(JOURNAL)
    heads: dict[tuple[str, str], tuple[int, bytes]] = {}
    events: dict[tuple[str, str], list[Any]] = {}
    for row in entries:
        place = (str(row["chain_id"]), str(row["aggregate_id"]))
        version, head = heads.get(place, (0, GENESIS))
        assert row["version"] == version + 1
        assert row["hash"] == entry_hash(head, entry_of(dict(row)))
        heads[place] = (row["version"], row["hash"])
        events.setdefault(place, []).append(CONTRACT.decode(row["type"], row["payload"]))
    stored = {(str(row["chain_id"]), str(row["id"])): row for row in await database.rows(DOCUMENTS)}
    assert {k: (row["version"], row["head_hash"]) for k, row in stored.items()} == heads
    for place, row in stored.items():
        folded = reduce(CLINIC.decider.evolve, events[place], None)
        assert from_jsonb(row["state"], Clinic) == folded
    assert await database.value(UNPUBLISHED) == 0
    return len(entries)
