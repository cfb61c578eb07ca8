"""How a plan's response decides and changes."""

from collections.abc import Sequence

from services.chassis.kernel import Decider
from services.consult.domain.response.commands import Command
from services.consult.domain.response.events import Event
from services.consult.domain.response.model import Response


def decide(command: Command, state: Response | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    raise NotImplementedError("F")


def evolve(state: Response | None, event: Event) -> Response:
    """Return the state after `event`."""
    raise NotImplementedError("F")


DECIDER: Decider[Response, Command, Event, None] = Decider(decide, evolve)
