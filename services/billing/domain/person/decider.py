"""How a person decides and changes."""

from collections.abc import Sequence

from services.billing.domain.person.commands import Command
from services.billing.domain.person.events import Event
from services.billing.domain.person.model import Person
from services.chassis.kernel import Decider


def decide(command: Command, state: Person | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    raise NotImplementedError("H")


def evolve(state: Person | None, event: Event) -> Person:
    """Return the state after `event`."""
    raise NotImplementedError("H")


DECIDER: Decider[Person, Command, Event, None] = Decider(decide, evolve)
