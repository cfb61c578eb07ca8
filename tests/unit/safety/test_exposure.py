"""What a session gave goes on record once, with a row for each lot."""

from datetime import UTC, datetime

from services.chassis.kernel import Put, Remove
from services.safety.domain.exposure.commands import RecordExposure, RepointExposure
from services.safety.domain.exposure.decider import DECIDER, Whose
from services.safety.domain.exposure.events import (
    ExposureMatched,
    ExposureRecorded,
    ExposureRepointed,
)
from tests.support.spec import Spec

ENDED = datetime(2026, 3, 1, 10, tzinfo=UTC)
MINE = Whose("patient-1")
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
    [event] = spec.when(recording("lot-2", "lot-1", "lot-2"), MINE)
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
    [event] = spec.when(recording("lot-1"), MINE)
    assert spec.given(event).when(recording("lot-1"), MINE) == []


def test_the_state_is_what_was_recorded() -> None:
    [event] = spec.when(recording("lot-1", device_head_id=None), MINE)
    state = spec.given(event).state
    assert state is not None
    assert (state.lot_ids, state.device_head_id) == (("lot-1",), None)


def test_each_lot_leads_to_the_patient() -> None:
    [event] = spec.when(recording("lot-1", "lot-2"), MINE)
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
        Remove("exposures", {"session_id": "session-1"}),
        *(Put("exposures", {"lot_id": lot_id} | shared) for lot_id in ("lot-1", "lot-2")),
    ]


def test_a_lot_that_comes_to_light_later_is_recorded_too() -> None:
    [event] = spec.when(recording("lot-2"), MINE)
    matched = ExposureMatched("session-1", "patient-1", ("case-1",), "windows-1", ENDED)
    later = spec.given(event, matched)
    [again] = later.when(recording("lot-1"), MINE)
    assert isinstance(again, ExposureRecorded)
    assert again.lot_ids == ("lot-1", "lot-2")
    state = spec.given(event, matched, again).state
    assert state is not None
    # Each case that it was laid to has to look again: it knows nothing of the other lot.
    assert (state.lot_ids, state.case_ids) == (("lot-1", "lot-2"), ())
    assert spec.given(event, matched, again).when(recording("lot-2"), MINE) == []


def test_what_names_a_merged_patient_is_the_survivors() -> None:
    [event] = spec.when(recording("lot-1"), Whose("patient-2"))
    assert isinstance(event, ExposureRecorded)
    assert event.patient_id == "patient-2"


def test_an_exposure_follows_its_patient_once_and_its_rows_with_it() -> None:
    [event] = spec.when(recording("lot-1", "lot-2"), MINE)
    move = RepointExposure("session-1", "patient-2", ENDED)
    [moved] = spec.given(event).when(move, None)
    assert isinstance(moved, ExposureRepointed)
    assert (moved.former_patient_id, moved.patient_id) == ("patient-1", "patient-2")
    assert spec.given(event, moved).when(move, None) == []
    assert spec.when(move, None) == []
    state = spec.given(event, moved).state
    assert state is not None
    assert (state.patient_id, state.lot_ids) == ("patient-2", ("lot-1", "lot-2"))
    assert DECIDER.project is not None
    removal, *rows = DECIDER.project(moved)
    assert removal == Remove("exposures", {"session_id": "session-1"})
    assert [row.row["patient_id"] for row in rows if isinstance(row, Put)] == ["patient-2"] * 2
