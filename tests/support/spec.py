"""Given events, when a command, then events or a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Generic

from services.chassis.kernel import CommandT, Decider, EventT, FactsT, StateT


@dataclass(frozen=True)
class Spec(Generic[StateT, CommandT, EventT, FactsT]):
    """An aggregate with a history."""

    decider: Decider[StateT, CommandT, EventT, FactsT]
    history: Sequence[EventT] = ()

    def given(self, *history: EventT) -> "Spec[StateT, CommandT, EventT, FactsT]":
        return Spec(self.decider, history)

    @property
    def state(self) -> StateT | None:
        state: StateT | None = None
        return reduce(self.decider.evolve, self.history, state)

    def when(self, command: CommandT, facts: FactsT) -> list[EventT]:
        return list(self.decider.decide(command, self.state, facts))
