"""How long after a session a reaction may come up and still be laid to it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class LatencyUnit(Enum):
    """How exactly a window is stated."""

    HOURS = "HOURS"
    DAYS = "DAYS"


STEPS = {LatencyUnit.HOURS: timedelta(hours=1), LatencyUnit.DAYS: timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class LatencyWindow:
    """From `earliest` to `latest` after the administration, both included.

    A bound is None where the source gives no number ("weeks-years"): nothing is left out then.
    """

    unit: LatencyUnit
    earliest: int | None
    latest: int | None

    def covers(self, elapsed: timedelta) -> bool:
        """Tell whether an onset so long after the administration lies in the window.

        It is counted in whole units, to the generous side: nobody knows an onset to the minute.
        """
        if elapsed < timedelta():
            return False
        step = STEPS[self.unit]
        whole, begun = elapsed // step, -(-elapsed // step)
        return begun >= (self.earliest or 0) and (self.latest is None or whole <= self.latest)
