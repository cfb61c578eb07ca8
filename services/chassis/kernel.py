"""The few pure words every domain speaks. Standard library only."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import cache
from typing import ClassVar, Generic, ParamSpec, TypeVar, cast
from uuid import NAMESPACE_OID, uuid5

StateT = TypeVar("StateT")
CommandT = TypeVar("CommandT")
EventT = TypeVar("EventT")
FactsT = TypeVar("FactsT")
P = ParamSpec("P")
R = TypeVar("R")


class Fault(Enum):
    """What kind of refusal this is. Edges map it to a status, an ack or a park."""

    INVALID = auto()
    NOT_FOUND = auto()
    ALREADY_EXISTS = auto()
    PRECONDITION = auto()
    CONFLICT = auto()
    FORBIDDEN = auto()
    UNAUTHENTICATED = auto()
    UNAVAILABLE = auto()
    EXHAUSTED = auto()
    OUT_OF_RANGE = auto()
    INTERNAL = auto()


def remembered(function: Callable[P, R]) -> Callable[P, R]:
    """Work each combination of arguments out once; for functions of types and names alone."""
    return cast(Callable[P, R], cache(function))


def snake(name: str) -> str:
    """Return CamelCase `name` in snake_case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def derived_id(*parts: str) -> str:
    """Return the one id that `parts` always lead to: repeating a policy makes nothing twice."""
    return str(uuid5(NAMESPACE_OID, "\x1f".join(parts)))


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that stands in the way, and what would remove it."""

    kind: str
    subject: str
    description: str = ""


class DomainError(Exception):
    """A refusal the caller can act on; the class name is the public reason.

    The docstring is the default message, so one sentence serves reader and caller.
    Messages and metadata carry ids, codes and figures, never a text that a person typed.
    """

    fault: ClassVar[Fault] = Fault.PRECONDITION

    def __init__(
        self, message: str = "", *, violations: Sequence[Violation] = (), **metadata: str
    ) -> None:
        super().__init__(message or (self.__doc__ or "").partition("\n")[0])
        self.violations = tuple(violations)
        self.metadata = metadata

    @property
    def reason(self) -> str:
        return snake(type(self).__name__).upper()


class DateInvalid(DomainError):
    """A date does not exist, or dates are the wrong way round."""

    fault = Fault.INVALID


@dataclass(frozen=True, slots=True)
class SealedText:
    """Where a text that a person typed is kept: its place and the hash of its ciphertext."""

    item: str
    version: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Put:
    """A fact row to write, column by name; the chain is added by the store."""

    table: str
    row: dict[str, object]


@dataclass(frozen=True, slots=True)
class Remove:
    """Fact rows to take away, found by equal columns."""

    table: str
    key: dict[str, object]


@dataclass(frozen=True, slots=True)
class Timer:
    """A command owed at a time. The key makes it once: the same key replaces its time."""

    key: str
    due_at: datetime
    command: str
    aggregate: str
    aggregate_id: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Somebody is erased: their key and all that finds them goes; what was sealed stays, unread."""

    owner_id: str


Fact = Put | Remove | Timer | Forget


@dataclass(frozen=True, slots=True)
class Decider(Generic[StateT, CommandT, EventT, FactsT]):
    """An aggregate as pure parts: what it decides, how it changes, which facts follow.

    A state is None before the first event. `project` gives the fact rows of one event.
    """

    decide: Callable[[CommandT, StateT | None, FactsT], Sequence[EventT]]
    evolve: Callable[[StateT | None, EventT], StateT]
    project: Callable[[EventT], Sequence[Fact]] | None = None


MoreCommandT = TypeVar("MoreCommandT")
MoreEventT = TypeVar("MoreEventT")


def extended(
    decider: Decider[StateT, CommandT, EventT, FactsT],
    command: type[MoreCommandT],
    decide: Callable[[MoreCommandT, StateT | None], Sequence[MoreEventT]],
    event: type[MoreEventT],
    evolve: Callable[[StateT, MoreEventT], StateT],
) -> Decider[StateT, CommandT | MoreCommandT, EventT | MoreEventT, FactsT]:
    """Return `decider` with one command and one event more, which lead to no fact."""
    project = decider.project

    def decided(
        asked: CommandT | MoreCommandT, state: StateT | None, facts: FactsT
    ) -> Sequence[EventT | MoreEventT]:
        if isinstance(asked, command):
            return decide(asked, state)
        return decider.decide(cast(CommandT, asked), state, facts)

    def evolved(state: StateT | None, said: EventT | MoreEventT) -> StateT:
        if isinstance(said, event):
            assert state is not None, "nothing is born of it"
            return evolve(state, said)
        return decider.evolve(state, cast(EventT, said))

    def projected(said: EventT | MoreEventT) -> Sequence[Fact]:
        if isinstance(said, event) or project is None:
            return ()
        return project(cast(EventT, said))

    return Decider(decided, evolved, projected if project is not None else None)
