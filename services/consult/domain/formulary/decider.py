"""How a chain's formulary decides and changes."""

from collections.abc import Sequence

from services.chassis.kernel import Decider
from services.consult.domain.formulary.commands import Command
from services.consult.domain.formulary.events import Event
from services.consult.domain.formulary.model import Changes


def decide(command: Command, state: Changes | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    raise NotImplementedError("D")


def evolve(state: Changes | None, event: Event) -> Changes:
    """Return the state after `event`."""
    raise NotImplementedError("D")


DECIDER: Decider[Changes, Command, Event, None] = Decider(decide, evolve)
