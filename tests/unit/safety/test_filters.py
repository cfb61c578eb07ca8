"""What a list request filters by, and with whom a note is sealed."""

from google.protobuf.timestamp_pb2 import Timestamp

from mesoflow.clinical.v1 import hold_pb2
from mesoflow.safety.v1 import model_pb2
from mesoflow.safety.v1 import service_pb2 as pb
from services.safety.api import case, exposure, hold

ID = "0198C0DE-0000-7000-8000-000000000001"


def subject(kind: hold_pb2.HoldKind.ValueType, subject_id: str = ID) -> hold_pb2.HoldSubject:
    """Return a subject as a caller names it."""
    return hold_pb2.HoldSubject(kind=kind, subject_id=subject_id)


def given(filters: dict[str, str]) -> dict[str, str]:
    """Return the filters that filter."""
    return {name: value for name, value in filters.items() if value}


def test_an_empty_request_filters_nothing() -> None:
    assert given(case.wanted(pb.ListCasesRequest())) == {}
    assert given(hold.wanted(pb.ListHoldsRequest())) == {}
    assert given(exposure.wanted(pb.ListExposuresRequest())) == {}


def test_not_serious_is_a_filter_too() -> None:
    assert given(case.wanted(pb.ListCasesRequest(serious=False))) == {"serious": "false"}
    request = pb.ListCasesRequest(serious=True, lot_id=ID, state=model_pb2.CASE_STATE_OPEN)
    assert given(case.wanted(request)) == {"serious": "true", "lot_id": ID, "state": "OPEN"}


def test_a_held_subject_is_found_under_its_one_spelling() -> None:
    request = pb.ListHoldsRequest(
        subject=subject(hold_pb2.HOLD_KIND_LOT), state=model_pb2.HOLD_STATE_LIFTED
    )
    wanted = {"state": "LIFTED", "kind": "LOT", "subject_id": ID.lower()}
    assert given(hold.wanted(request)) == wanted


def test_times_filter_from_the_first_instant_on() -> None:
    request = pb.ListExposuresRequest(administered_from=Timestamp())
    assert given(exposure.wanted(request)) == {"from": "1970-01-01T00:00:00Z"}


def test_a_note_on_a_patient_is_sealed_with_the_patient() -> None:
    held = pb.PlaceHoldRequest(subject=subject(hold_pb2.HOLD_KIND_PATIENT))
    assert hold.owner(held) == {"patient_id": ID.lower()}
    lot = pb.PlaceHoldRequest(subject=subject(hold_pb2.HOLD_KIND_LOT))
    assert hold.owner(lot) == {}
