"""What the tests of safety speak of: a patient, sessions, lots, a reaction."""

from datetime import UTC, datetime, timedelta

from services.safety.domain.case.commands import OpenCase
from services.safety.domain.case.model import ReactionTerm, SeriousnessCriterion
from services.safety.domain.exposure.model import Exposure

ONSET = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOLD = datetime(2026, 3, 3, 15, tzinfo=UTC)
SESSION, OTHER_SESSION = "session-1", "session-2"


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
