"""What every writer of one service works with."""

from dataclasses import dataclass, field

from services.chassis.clock import Clock
from services.chassis.postgres.advance import Advance
from services.chassis.postgres.memory import Memory
from services.chassis.postgres.pool import Pool
from services.chassis.signals import Signal
from services.chassis.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Means:
    """`pool` is the app role's, under row-level security; `due` sees what is due in all chains.

    `committed` is set after every commit that recorded events.
    """

    pool: Pool
    due: Pool
    advance: Advance
    clock: Clock
    telemetry: Telemetry
    committed: Signal = field(default_factory=Signal)
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        # A store that was away may come back as an older one, and may be so while nobody asks.
        self.pool.when_lost.append(self.memory.clear)
