"""Which sessions may have led to a reaction (DOMAIN rule 14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.safety.domain.case.latency import LatencyWindow
from services.safety.domain.case.model import CaseExposure
from services.safety.domain.exposure.model import Exposure


@dataclass(frozen=True, slots=True)
class Onset:
    """When a reaction began, the session its report names, and the latency of its term.

    `window` is None where reference data give the term no latency.
    """

    at: datetime
    suspected_session_id: str | None
    window: LatencyWindow | None

    def suspects(self, exposure: Exposure) -> bool:
        """Tell whether the report names this session."""
        return exposure.session_id == self.suspected_session_id

    def elapsed(self, exposure: Exposure) -> timedelta:
        """Return how long before the onset it was given.

        A session is dated by its end, so the reaction it is suspected of may have begun before
        that: no time had passed then.
        """
        elapsed = self.at - exposure.administered_at
        return max(elapsed, timedelta()) if self.suspects(exposure) else elapsed

    def may_stem_from(self, exposure: Exposure) -> bool:
        """Tell whether the onset lies in the window; the session that is suspected always counts.

        A person's suspicion is a reason of its own, and all there is where the term has no window.
        """
        covered = self.window is not None and self.window.covers(self.elapsed(exposure))
        return self.suspects(exposure) or covered


def linked(onset: Onset, exposures: Iterable[Exposure]) -> tuple[CaseExposure, ...]:
    """Return those of `exposures` that may have led to the reaction, latest first."""
    return latest_first(
        case_exposure(exposure, onset) for exposure in exposures if onset.may_stem_from(exposure)
    )


def latest_first(exposures: Iterable[CaseExposure]) -> tuple[CaseExposure, ...]:
    """Return `exposures` in the one order that they have, however they came to be known."""
    ordered = sorted(exposures, key=lambda each: (each.administered_at, each.session_id))
    return tuple(reversed(ordered))


def case_exposure(exposure: Exposure, onset: Onset) -> CaseExposure:
    """Return an exposure as its case keeps it."""
    return CaseExposure(
        session_id=exposure.session_id,
        lot_ids=exposure.lot_ids,
        practitioner_id=exposure.practitioner_id,
        room_id=exposure.room_id,
        device_head_id=exposure.device_head_id,
        days_before_onset=onset.elapsed(exposure).days,
        administered_at=exposure.administered_at,
    )
