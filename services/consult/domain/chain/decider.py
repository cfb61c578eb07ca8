"""How a chain decides and changes."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel import Decider
from services.consult.domain.chain.commands import AmendChain, Command, RegisterChain
from services.consult.domain.chain.errors import ChainAlreadyRegistered, ChainNotFound
from services.consult.domain.chain.events import ChainAmended, ChainRegistered, Event
from services.consult.domain.chain.model import Chain


def decide(command: Command, state: Chain | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes, or raise a refusal."""
    match command, state:
        case RegisterChain(), None:
            code = command.jurisdiction_code
            return [ChainRegistered(command.chain_id, command.short_name, code, command.at)]
        case AmendChain(), Chain():
            return [ChainAmended(state.chain_id, command.jurisdiction_code, command.at)]
        case AmendChain(), _:
            raise ChainNotFound
        case _:
            raise ChainAlreadyRegistered


def evolve(state: Chain | None, event: Event) -> Chain:
    """Return the state after `event`."""
    match event:
        case ChainRegistered():
            return Chain(
                event.chain_id, event.short_name, event.jurisdiction_code, event.registered_at
            )
        case ChainAmended():
            assert state is not None, "a chain is registered before it is amended"
            return replace(state, jurisdiction_code=event.jurisdiction_code)


DECIDER: Decider[Chain, Command, Event, None] = Decider(decide, evolve)
