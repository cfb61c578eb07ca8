"""What safety hears, and the pure policies that answer it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from mesoflow.consult.v1 import events_pb2 as consult_events
from mesoflow.safety.v1 import events_pb2 as own
from mesoflow.sessions.v1 import events_pb2 as sessions_events
from services.chassis.delivery import Delivery, Hearing
from services.chassis.handling import Owed
from services.chassis.kernel import derived_id
from services.chassis.mapping import from_message
from services.safety.domain.case.commands import LinkExposures, OpenCase
from services.safety.domain.exposure.commands import MatchCases, RecordExposure
from services.safety.events.following import (
    on_merge_followed,
    on_patient_erased,
    on_patient_merged,
)
from services.safety.handlers.case import CASE
from services.safety.handlers.exposure import EXPOSURE

EndedSession = (
    sessions_events.SessionCompleted
    | sessions_events.SessionAborted
    | sessions_events.SessionInterrupted
)


def record_completed(event: sessions_events.SessionCompleted, delivery: Delivery) -> Sequence[Owed]:
    """A session was performed: its exposure goes on record."""
    return record_exposure(event, event.completed_at)


def record_aborted(event: sessions_events.SessionAborted, delivery: Delivery) -> Sequence[Owed]:
    """A session was broken off: what had been injected is an exposure all the same."""
    return record_exposure(event, event.aborted_at)


def record_interrupted(
    event: sessions_events.SessionInterrupted, delivery: Delivery
) -> Sequence[Owed]:
    """A hold reached a session: what had been injected is an exposure all the same."""
    return record_exposure(event, event.interrupted_at)


def record_exposure(event: EndedSession, ended_at: Timestamp) -> Sequence[Owed]:
    """Return the recording of what the session gave; nothing where nothing was injected."""
    if not event.administrations:
        return []
    at: datetime = ended_at.ToDatetime(tzinfo=UTC)
    command = RecordExposure(
        session_id=event.session_id,
        patient_id=event.patient_id,
        clinic_id=event.clinic_id,
        room_id=event.room_id,
        practitioner_id=event.practitioner_id,
        device_head_id=event.device_head_id if event.HasField("device_head_id") else None,
        lot_ids=tuple(each.lot_id for each in event.administrations),
        administered_at=at,
    )
    return [Owed(EXPOSURE, event.session_id, command)]


def open_case(event: sessions_events.ReactionObserved, delivery: Delivery) -> Sequence[Owed]:
    """A reaction was reported: it is a case, with the exposures that are known by now.

    One reported while its session still runs comes before that session's exposure, which is
    linked when it is on record.
    """
    case_id = derived_id("case", event.reaction_id)
    command = from_message(event, OpenCase, case_id=case_id, at=delivery.occurred_at)
    return [Owed(CASE, case_id, command)]


# ── own ─────────────────────────────────────────────────────────────────────────────────────────
#
# A reaction and its session's end may be answered side by side, neither seeing the other. What
# follows is done once they are committed, so whichever is heard of here last sees the other.


def match_cases(
    event: own.ExposureRecorded | own.ExposureRepointed, delivery: Delivery
) -> Sequence[Owed]:
    """An exposure is on record, or another's: cases that were open before may stem from it."""
    return [Owed(EXPOSURE, event.session_id, MatchCases(event.session_id, delivery.occurred_at))]


def link_matched(event: own.ExposureMatched, delivery: Delivery) -> Sequence[Owed]:
    """Cases were found that may stem from an exposure: each links it."""
    return [link_exposures(case_id, delivery) for case_id in event.case_ids]


def link_opened(event: own.CaseOpened, delivery: Delivery) -> Sequence[Owed]:
    """A case is open: it links what came on record while it opened."""
    return [link_exposures(event.case_id, delivery)]


def link_exposures(case_id: str, delivery: Delivery) -> Owed:
    """Return the linking of whatever a case has not linked yet."""
    return Owed(CASE, case_id, LinkExposures(case_id, delivery.occurred_at))


def link_repointed(event: own.RecordRepointed, delivery: Delivery) -> Sequence[Owed]:
    """A case is another's by now: it links what that one was exposed to."""
    return [link_exposures(event.record_id, delivery)]


HEARINGS = (
    Hearing(
        "safety",
        "consult",
        {
            consult_events.PatientMerged: on_patient_merged,
            consult_events.PatientErased: on_patient_erased,
        },
    ),
    Hearing(
        "safety",
        "sessions",
        {
            sessions_events.SessionCompleted: record_completed,
            sessions_events.SessionAborted: record_aborted,
            sessions_events.SessionInterrupted: record_interrupted,
            sessions_events.ReactionObserved: open_case,
        },
    ),
    Hearing(
        "safety",
        "safety",
        {
            own.ExposureRecorded: match_cases,
            own.ExposureMatched: link_matched,
            own.CaseOpened: link_opened,
            own.MergeFollowed: on_merge_followed,
            own.ExposureRepointed: match_cases,
            own.RecordRepointed: link_repointed,
        },
    ),
)
