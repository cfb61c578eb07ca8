"""What a session gave goes on record once, with a row for each lot."""

from datetime import UTC, datetime

from services.chassis.kernel import Put
from services.safety.domain.exposure.commands import RecordExposure
from services.safety.domain.exposure.decider import DECIDER
from services.safety.domain.exposure.events import ExposureRecorded
from tests.support.spec import Spec

ENDED = datetime(2026, 3, 1, 10, tzinfo=UTC)
spec = Spec(DECIDER)


def recording(*lot_ids: str, device_head_id: str | None = "HEAD-7") -> RecordExposure:
    """Return the command that a session with `lot_ids` leads to."""
    return RecordExposure(
        session_id="session-1",
        patient_id="patient-1",
        clinic_id="clinic-1",
        room_id="room-1",
        practitioner_id="practitioner-1",
        device_head_id=device_head_id,
        lot_ids=lot_ids,
        administered_at=ENDED,
    )


def test_a_lot_given_into_many_zones_is_one_lot() -> None:
    [event] = spec.when(recording("lot-2", "lot-1", "lot-2"), None)
    assert event == ExposureRecorded(
        session_id="session-1",
        patient_id="patient-1",
        clinic_id="clinic-1",
        room_id="room-1",
        practitioner_id="practitioner-1",
        device_head_id="HEAD-7",
        lot_ids=("lot-1", "lot-2"),
        administered_at=ENDED,
    )


def test_a_session_is_recorded_once() -> None:
    [event] = spec.when(recording("lot-1"), None)
    assert spec.given(event).when(recording("lot-1"), None) == []


def test_the_state_is_what_was_recorded() -> None:
    [event] = spec.when(recording("lot-1", device_head_id=None), None)
    state = spec.given(event).state
    assert state is not None
    assert (state.lot_ids, state.device_head_id) == (("lot-1",), None)


def test_each_lot_leads_to_the_patient() -> None:
    [event] = spec.when(recording("lot-1", "lot-2"), None)
    assert DECIDER.project is not None
    shared = {
        "session_id": "session-1",
        "patient_id": "patient-1",
        "clinic_id": "clinic-1",
        "room_id": "room-1",
        "practitioner_id": "practitioner-1",
        "device_head_id": "HEAD-7",
        "administered_at": ENDED,
    }
    assert DECIDER.project(event) == [
        Put("exposures", {"lot_id": lot_id} | shared) for lot_id in ("lot-1", "lot-2")
    ]
