"""What a grouped decision rests on beside its own document: read freely, held still when stored."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from services.chassis.handling import Aggregate, AnyAggregate, VersionConflict
from services.chassis.postgres.advance import Slot
from services.chassis.postgres.group import Loads
from services.chassis.postgres.writing import Guard

ReadT = TypeVar("ReadT")


class MustHold(Exception):
    """A search cannot be checked afterwards: it takes a transaction that holds what it reads."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Implements handling.Reader over the loads of all callers; `guards` is what was read."""

    loads: Loads
    restore: Callable[[Slot, Any], Awaitable[None]]
    chain_id: str
    guards: dict[tuple[str, str], Guard] = field(default_factory=dict)

    async def get(self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str) -> ReadT | None:
        slot = Slot(aggregate, self.chain_id, key)
        row = await self.loads.load((aggregate.name, self.chain_id, key, None))
        await self.restore(slot, row)
        guard = Guard(aggregate.name, self.chain_id, key, slot.version)
        if self.guards.setdefault((aggregate.name, key), guard) != guard:
            # Changed between two readings of one command.
            raise VersionConflict
        state: ReadT | None = slot.state
        return state

    async def find(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], column: str, value: str
    ) -> Sequence[ReadT]:
        raise MustHold

    async def ids(self, aggregate: AnyAggregate, column: str, value: str) -> Sequence[str]:
        raise MustHold
