"""Which commands may be stored in a group."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from services.chassis.handling import Aggregate, Reader
from services.chassis.kernel import Decider, Fact, Forget


@dataclass(frozen=True)
class Note:
    """A command that leads to no fact."""


@dataclass(frozen=True)
class Erase:
    """A command that leads to one."""


@dataclass(frozen=True)
class Look:
    """A command that reads other rows."""


Command = Note | Erase | Look


def decide(command: Command, state: str | None, facts: None) -> Sequence[str]:
    return [type(command).__name__]


def evolve(state: str | None, event: str) -> str:
    return event


def project(event: str) -> Sequence[Fact]:
    return [Forget("owner")] if event == "Erase" else []


async def gather(command: Look, state: str | None, reader: Reader) -> None:
    return None


PLAIN: Decider[str, Command, str, None] = Decider(decide, evolve)
PROJECTING: Decider[str, Command, str, None] = Decider(decide, evolve, project)
FACTLESS: frozenset[type[Command]] = frozenset({Note, Look})


@pytest.mark.parametrize(
    ("decider", "factless", "explicit"),
    [
        (PLAIN, frozenset(), {Look}),
        (PROJECTING, frozenset(), {Note, Erase, Look}),
        (PROJECTING, FACTLESS, {Erase, Look}),
    ],
)
def test_a_command_is_grouped_that_reads_nothing_and_leads_to_no_fact(
    decider: Decider[str, Command, str, None],
    factless: frozenset[type[Command]],
    explicit: set[type[Command]],
) -> None:
    aggregate = Aggregate("note", decider, str, gathers={Look: gather}, factless=factless)
    commands: list[Command] = [Note(), Erase(), Look()]
    assert {type(each) for each in commands if aggregate.explicit(each)} == explicit
