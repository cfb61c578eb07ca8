"""What a grouped decision rests on beside its own document: read freely, held still when stored."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.chassis.handling import Aggregate, AnyAggregate, VersionConflict
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.group import Loads
from services.chassis.postgres.memory import Memory
from services.chassis.postgres.writing import Guard

ReadT = TypeVar("ReadT")


class MustHold(Exception):
    """A search cannot be checked afterwards: it takes a transaction that holds what it reads."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Implements handling.Reader over the loads of all callers; `guards` is what was read.

    Where `remembered`, what this process last saw goes before.
    """

    loads: Loads
    restore: Callable[[Slot, Any], Awaitable[None]]
    chain_id: str
    memory: Memory
    remembered: bool = False
    guards: dict[tuple[str, str], Guard] = field(default_factory=dict)

    @property
    def places(self) -> Iterable[tuple[str, str]]:
        """Return chain and id of what was read."""
        return ((guard.chain_id, guard.key) for guard in self.guards.values())

    async def get(self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str) -> ReadT | None:
        slot = await self._slot(aggregate, key)
        guard = Guard(aggregate.name, self.chain_id, key, slot.version)
        if self.guards.setdefault((aggregate.name, key), guard) != guard:
            # Changed between two readings of one command.
            raise VersionConflict
        state: ReadT | None = slot.state
        return state

    async def _slot(self, aggregate: AnyAggregate, key: str) -> Slot:
        if self.remembered and (seen := self.memory.slot(aggregate, self.chain_id, key)):
            return seen
        slot = Slot(aggregate, self.chain_id, key)
        await self.restore(slot, await self.loads.load((aggregate.name, self.chain_id, key, None)))
        self.memory.keep(slot)
        return slot

    async def find(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], column: str, value: str
    ) -> Sequence[ReadT]:
        raise MustHold

    async def ids(self, aggregate: AnyAggregate, column: str, value: str) -> Sequence[str]:
        raise MustHold
