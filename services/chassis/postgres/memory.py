"""What this process last saw of documents, so that a command need not read them first (ADR 16)."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from services.chassis.handling import AnyAggregate, Invocation
from services.chassis.postgres.advance import Slot

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
KEPT_MOST = 4096


@dataclass(slots=True)
class Recent(Generic[KeyT, ValueT]):
    """The values touched last, up to `most`."""

    most: int = KEPT_MOST
    _values: OrderedDict[KeyT, ValueT] = field(default_factory=OrderedDict)

    def get(self, key: KeyT) -> ValueT | None:
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: KeyT, value: ValueT) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self.most:
            self._values.popitem(last=False)

    def forget(self, key: KeyT) -> None:
        self._values.pop(key, None)

    def clear(self) -> None:
        self._values.clear()


class Seen(NamedTuple):
    """A document as it was stored, or read, last."""

    document: str
    state: Any
    version: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Memory:
    """States by chain and id, and the requests that were answered here.

    Nothing in it is believed: what rests on it is stored only where the version still holds.
    """

    _documents: Recent[tuple[str, str], Seen] = field(default_factory=Recent)
    _answered: Recent[tuple[str, str], bool] = field(default_factory=Recent)

    def slot(self, aggregate: AnyAggregate, chain_id: str, key: str) -> Slot | None:
        """Return the document as it was last seen, or as not born yet; None for one never seen.

        None too for the id of another kind of document.
        """
        seen = self._documents.get((chain_id, key))
        if seen is None or seen.document != aggregate.name:
            return None
        return Slot(aggregate, chain_id, key, seen.state, seen.version, seen.version, seen.head)

    def answered(self, call: Invocation) -> bool:
        """Tell whether the request was answered here already: then that is what to look up."""
        return call.request_id is not None and (
            self._answered.get((call.chain_id, call.request_id)) is not None
        )

    def keep(self, slot: Slot) -> None:
        """Remember a document as it is stored, unless a newer one is known."""
        known = self._documents.get((slot.chain_id, slot.key))
        if known is None or known.version < slot.version:
            seen = Seen(slot.aggregate.name, slot.state, slot.version, slot.head)
            self._documents.put((slot.chain_id, slot.key), seen)

    def keep_answered(self, call: Invocation) -> None:
        """Remember that the request has its answer."""
        if call.request_id is not None:
            self._answered.put((call.chain_id, call.request_id), True)

    def forget(self, places: Iterable[tuple[str, str]]) -> None:
        """Drop documents by chain and id."""
        for place in places:
            self._documents.forget(place)

    def clear(self) -> None:
        """Drop everything."""
        self._documents.clear()
        self._answered.clear()
