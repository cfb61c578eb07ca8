"""How a chain decides and changes."""

from collections.abc import Sequence

from services.chassis.kernel import Decider
from services.consult.domain.chain.commands import Command
from services.consult.domain.chain.errors import ChainAlreadyRegistered
from services.consult.domain.chain.events import ChainRegistered, Event
from services.consult.domain.chain.model import Chain


def decide(command: Command, state: Chain | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    if state is not None:
        raise ChainAlreadyRegistered
    return [
        ChainRegistered(command.chain_id, command.short_name, command.jurisdiction_code, command.at)
    ]


def evolve(state: Chain | None, event: Event) -> Chain:
    """Return the state after `event`."""
    return Chain(event.chain_id, event.short_name, event.jurisdiction_code, event.registered_at)


DECIDER: Decider[Chain, Command, Event, None] = Decider(decide, evolve)
