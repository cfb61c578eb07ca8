"""What the tests of safety speak of: a patient, sessions, lots, a reaction."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from services.chassis.handling import Aggregate, ReadT
from services.safety.domain.case.commands import LinkExposures, OpenCase
from services.safety.domain.case.decider import Background
from services.safety.domain.case.latency import LatencyUnit, LatencyWindow
from services.safety.domain.case.model import Case, ReactionTerm, SeriousnessCriterion
from services.safety.domain.exposure.model import Exposure
from services.safety.domain.hold.model import Hold
from services.safety.domain.person.model import Person

ONSET = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOLD = datetime(2026, 3, 3, 15, tzinfo=UTC)
SESSION, OTHER_SESSION = "session-1", "session-2"
WEEK = LatencyWindow(LatencyUnit.DAYS, 0, 7)
WINDOWS_VERSION, TERMS_VERSION = "windows-3", "terms-5"
LINK = LinkExposures("case-1", TOLD + timedelta(minutes=5))


def known(
    *exposures: Exposure, window: LatencyWindow | None = WEEK, serious: bool = False
) -> Background:
    """Return what a case rests on."""
    return Background("patient-1", exposures, window, serious, WINDOWS_VERSION, TERMS_VERSION)


def exposure(
    before: timedelta, session_id: str = SESSION, lot_ids: tuple[str, ...] = ("lot-1",)
) -> Exposure:
    """Return an exposure `before` the onset."""
    return Exposure(
        session_id=session_id,
        patient_id="patient-1",
        clinic_id="clinic-1",
        room_id="room-1",
        practitioner_id="practitioner-1",
        device_head_id="HEAD-7",
        lot_ids=lot_ids,
        administered_at=ONSET - before,
    )


def report(
    term: ReactionTerm = ReactionTerm.INJECTION_SITE_PAIN,
    *,
    session_id: str | None = None,
    severity_grade: int = 1,
    criteria: tuple[SeriousnessCriterion, ...] = (),
    first_aware_at: datetime | None = None,
) -> OpenCase:
    """Return the command that a reported reaction leads to."""
    return OpenCase(
        case_id="case-1",
        reaction_id="reaction-1",
        patient_id="patient-1",
        session_id=session_id,
        clinic_id="clinic-1",
        term=term,
        severity_grade=severity_grade,
        criteria=criteria,
        onset_at=ONSET,
        first_aware_at=first_aware_at,
        at=TOLD,
    )


class Shelf:
    """A Reader over documents in memory."""

    chain_id = "0193a000-0000-7000-8000-0000000000c1"

    def __init__(self, *kept: Exposure | Case | Hold | Person) -> None:
        self.kept = kept

    async def get(self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str) -> ReadT | None:
        named = f"{aggregate.name}_id"
        mine = [each for each in self.kept if isinstance(each, aggregate.state)]
        return next((each for each in mine if getattr(each, named) == key), None)

    async def find(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], column: str, value: str
    ) -> Sequence[ReadT]:
        mine = [each for each in self.kept if isinstance(each, aggregate.state)]
        return [each for each in mine if getattr(each, column) == value]

    async def ids(
        self, aggregate: Aggregate[Any, Any, Any, Any], column: str, value: str
    ) -> Sequence[str]:
        raise AssertionError("nothing is asked for by ids alone")
