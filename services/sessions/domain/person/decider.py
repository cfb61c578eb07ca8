"""How a person decides and changes."""

from collections.abc import Sequence

from services.chassis.kernel import Decider
from services.sessions.domain.person.commands import Command
from services.sessions.domain.person.events import Event
from services.sessions.domain.person.model import Person


def decide(command: Command, state: Person | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    raise NotImplementedError("G")


def evolve(state: Person | None, event: Event) -> Person:
    """Return the state after `event`."""
    raise NotImplementedError("G")


DECIDER: Decider[Person, Command, Event, None] = Decider(decide, evolve)
