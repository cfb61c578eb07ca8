"""What a handler says about its aggregate, and what it may ask of the store."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from services.chassis.kernel import (
    CommandT,
    Decider,
    DomainError,
    EventT,
    FactsT,
    Fault,
    StateT,
)

ReadT = TypeVar("ReadT")
AnswerT = TypeVar("AnswerT")


class EtagMismatch(DomainError):
    """The thing changed since the etag was given; read it again."""

    fault = Fault.CONFLICT


class VersionConflict(DomainError):
    """Someone else changed the thing at the same moment; safe to try again."""

    fault = Fault.CONFLICT


class RequestIdReused(DomainError):
    """This request id was already answered for a different request."""

    fault = Fault.ALREADY_EXISTS


class ClinicForbidden(DomainError):
    """The caller's token does not reach this clinic."""

    fault = Fault.FORBIDDEN


class StoreUnavailable(DomainError):
    """The store cannot be reached; the outcome is unknown, ask again with the same request id."""

    fault = Fault.UNAVAILABLE


class PageTokenInvalid(DomainError):
    """The page token is not one of this list, chain and filter."""

    fault = Fault.INVALID


def reached(clinics: frozenset[str], state: object, further: bool = True) -> bool:
    """Tell whether a caller of these clinics reaches `state`; one without any is of them all.

    A thing is of its `clinic_id` and, where `further` counts, of its `further_clinic_ids`; without
    the first it is its chain's. `chassis.reached` says the same of what is stored.
    """
    if not clinics:
        return True
    own = getattr(state, "clinic_id", None)
    if own is None or own in clinics:
        return True
    return further and not clinics.isdisjoint(getattr(state, "further_clinic_ids", ()))


@dataclass(frozen=True, slots=True)
class Versioned(Generic[StateT]):
    """A state and the version it stands at; version 0 is before the first event."""

    state: StateT
    version: int

    @property
    def etag(self) -> str:
        return f'"{self.version}"'


class Reader(Protocol):
    """Other rows that a decision rests on, held still until the command is stored."""

    @property
    def chain_id(self) -> str:
        """Return the chain that all of it is of."""
        ...

    async def get(self, aggregate: "Aggregate[ReadT, Any, Any, Any]", key: str) -> ReadT | None: ...

    async def find(
        self, aggregate: "Aggregate[ReadT, Any, Any, Any]", column: str, value: str
    ) -> Sequence[ReadT]:
        """Return the states whose generated `column` is `value`, the batch's own changes in.

        One that another transaction adds meanwhile is not seen: nothing can be held still yet.
        """
        ...

    async def ids(self, aggregate: "AnyAggregate", column: str, value: str) -> Sequence[str]:
        """Return the ids of the stored documents whose generated `column` is `value`.

        None of them is held still: for who locks a document first that their commands share.
        """
        ...


Gather = Callable[[Any, Any, Reader], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[StateT, CommandT, EventT, FactsT]):
    """One aggregate: its table, its rules, and what its commands must know of other rows.

    `shape` is raised when stored states no longer decode: they are then folded anew.
    `gathers` names the commands that read other rows. What they read still stands when the command
    is stored, or it is decided anew.
    `constraints` gives the refusal for a named constraint of a fact table.
    `further_only_read` says that clinics beside a thing's own read it and change nothing of it.
    """

    name: str
    decider: Decider[StateT, CommandT, EventT, FactsT]
    state: type[StateT]
    shape: int = 1
    gathers: Mapping[type[Any], Gather] = field(default_factory=dict)
    constraints: Mapping[str, type[DomainError]] = field(default_factory=dict)
    further_only_read: bool = False


AnyAggregate = Aggregate[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedValue:
    """A ciphertext to be kept beside the events that point at it."""

    owner_id: str
    item: str
    version: str
    ciphertext: bytes
    key_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """Who asks, in which chain, when and because of what. Never built from a request's claims."""

    chain_id: str
    actor: str
    at: datetime
    clinics: frozenset[str] = frozenset()
    request_id: str | None = None
    method: str = ""
    fingerprint: bytes = b""
    expected_version: int | None = None
    cause_id: str | None = None
    traceparent: str | None = None
    sealed: Sequence[SealedValue] = ()


@dataclass(frozen=True, slots=True)
class Outcome(Generic[StateT]):
    """What a command led to. `events` is empty when there was nothing left to do."""

    key: str
    version: int
    state: StateT
    events: Sequence[object]


@dataclass(frozen=True, slots=True)
class Owed:
    """A command that a policy or timer owes to one aggregate."""

    aggregate: AnyAggregate
    key: str
    command: object


@dataclass(frozen=True, slots=True)
class OwedToEach:
    """A command that a policy owes to each stored document whose generated `column` is `value`.

    It is `command(key, now, *more)`: held against what is so when it runs, not when the event was
    published. It has to be harmless to a document that it is not for. What another transaction adds
    meanwhile is not seen; whoever adds it holds what caused the event still, as it is by then.
    """

    aggregate: AnyAggregate
    column: str
    value: str
    command: Callable[..., object]
    more: tuple[object, ...] = ()

    def to(self, key: str, now: datetime) -> Owed:
        """Return what is owed to one of them."""
        return Owed(self.aggregate, key, self.command(key, now, *self.more))


class Store(Protocol):
    """The one door to what is kept."""

    async def handle(
        self,
        owed: Owed,
        invocation: Invocation,
        answer: Callable[[Outcome[Any]], bytes],
    ) -> bytes:
        """Run the command once per request id and return the answer's bytes."""
        ...

    async def get(
        self, chain_id: str, aggregate: Aggregate[StateT, Any, Any, Any], key: str
    ) -> Versioned[StateT] | None: ...

    async def page(
        self,
        chain_id: str,
        aggregate: Aggregate[StateT, Any, Any, Any],
        query: "PageQuery",
    ) -> "Page[StateT]": ...


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Equal-column filters, the clinics to stay in (None: all), and where to go on."""

    filters: Mapping[str, str]
    size: int
    clinics: frozenset[str] | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page(Generic[StateT]):
    """Items newest first; `after` is the last id when more follow."""

    items: Sequence[Versioned[StateT]]
    after: str | None
