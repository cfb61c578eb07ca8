"""Latency windows: how long after a session each reaction may come up."""

from dataclasses import dataclass
from functools import cache

from services.safety.domain.case.latency import LatencyWindow
from services.safety.domain.case.model import ReactionTerm
from services.safety.reference.signed import Signed, read


@dataclass(frozen=True, slots=True)
class WindowRow:
    """One term's window. `stated` is the source's wording; no window where it says nothing."""

    term: ReactionTerm
    stated: str
    source: str
    window: LatencyWindow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyWindows(Signed):
    """The windows of every term."""

    windows: tuple[WindowRow, ...]

    def of(self, term: ReactionTerm) -> LatencyWindow | None:
        """Return the window of `term`, or None where it has none."""
        return next((row.window for row in self.windows if row.term is term), None)


@cache
def latency_windows() -> LatencyWindows:
    """Return the windows in force."""
    return read("latency_windows.json", LatencyWindows)
