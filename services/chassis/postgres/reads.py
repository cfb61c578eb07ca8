"""What a decision rests on beside its own document: read freely, held still when it is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.chassis.handling import Aggregate, AnyAggregate, VersionConflict
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.group import Loads
from services.chassis.postgres.means import Means
from services.chassis.postgres.unit_of_work import restored
from services.chassis.postgres.writing import Guard

ReadT = TypeVar("ReadT")
Place = tuple[str, str]


class MustHold(Exception):
    """A search cannot be checked afterwards: it takes a transaction that holds what it reads."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Implements handling.Reader over the loads of all callers; `guards` is what was read.

    Where `remembered`, what this process last saw goes before. `own` are the documents that the
    same statement will store: they are read as they have been changed.
    """

    means: Means
    loads: Loads
    chain_id: str
    remembered: bool = False
    own: Mapping[Place, Slot] = field(default_factory=dict)
    guards: dict[Place, Guard] = field(default_factory=dict)

    @property
    def places(self) -> Iterable[Place]:
        """Return chain and id of what was read."""
        return self.guards.keys()

    async def get(self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str) -> ReadT | None:
        place = (self.chain_id, key)
        if place in self.own:
            own: ReadT | None = self.own[place].state
            return own
        slot = await self.slot(aggregate, key)
        guard = Guard(aggregate.name, self.chain_id, key, slot.version)
        if self.guards.setdefault(place, guard) != guard:
            # Changed between two readings of one command.
            raise VersionConflict
        state: ReadT | None = slot.state
        return state

    async def slot(self, aggregate: AnyAggregate, key: str) -> Slot:
        """Return a document as it was last seen, or else as it is stored."""
        memory = self.means.memory
        if self.remembered and (seen := memory.slot(aggregate, self.chain_id, key)):
            return seen
        row = await self.loads.load((aggregate.name, self.chain_id, key, None))
        slot = await restored(self.means, Slot(aggregate, self.chain_id, key), row)
        memory.keep(slot)
        return slot

    async def find(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], column: str, value: str
    ) -> Sequence[ReadT]:
        raise MustHold

    async def ids(self, aggregate: AnyAggregate, column: str, value: str) -> Sequence[str]:
        raise MustHold
