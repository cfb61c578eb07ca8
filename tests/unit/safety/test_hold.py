"""A hold is placed by a person, holds until one lifts it, and is found under one spelling."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesoflow.clinical.v1 import hold_pb2
from mesoflow.safety.v1 import model_pb2
from services.chassis.kernel import SealedText
from services.safety.domain.case.errors import CaseNotFound
from services.safety.domain.hold.commands import CarryHold, LiftHold, PlaceHold
from services.safety.domain.hold.decider import DECIDER, Carried, Placing
from services.safety.domain.hold.errors import HoldAlreadyLifted, HoldNotFound
from services.safety.domain.hold.events import HoldLifted, HoldPlaced
from services.safety.domain.hold.model import (
    HoldKind,
    HoldReason,
    HoldState,
    HoldSubject,
    LiftReason,
)
from tests.support.spec import Spec

AT = datetime(2026, 3, 4, 8, tzinfo=UTC)
LATER = AT + timedelta(days=2)
LOT = HoldSubject(HoldKind.LOT, "0198c0de-0000-7000-8000-000000000001")
NOTE = SealedText("note", "0198c0de-0000-7000-8000-00000000000a", b"digest")
LIFT = LiftHold("hold-1", LiftReason.INVESTIGATION_CLEARED, LATER)
KNOWN = Placing(True, LOT)
spec = Spec(DECIDER)


def placing(subject: HoldSubject = LOT, case_id: str | None = None) -> PlaceHold:
    """Return the command that holds `subject`."""
    return PlaceHold("hold-1", subject, True, case_id, HoldReason.INFECTION, NOTE, AT)


def placed() -> HoldPlaced:
    """Return the event of the plainest hold."""
    return HoldPlaced("hold-1", LOT, True, None, HoldReason.INFECTION, NOTE, AT)


def test_a_hold_is_placed() -> None:
    assert spec.when(placing(), KNOWN) == [placed()]
    state = spec.given(placed()).state
    assert state is not None
    assert (state.state, state.note, state.lifted_at) == (HoldState.ACTIVE, NOTE, None)


def test_placing_again_places_nothing() -> None:
    assert spec.given(placed()).when(placing(), KNOWN) == []


def test_the_case_behind_it_must_be_there() -> None:
    with pytest.raises(CaseNotFound):
        spec.when(placing(case_id="case-9"), Placing(False, LOT))
    assert spec.when(placing(case_id="case-1"), KNOWN)[0].subject == LOT


def test_a_hold_is_lifted() -> None:
    lifted = HoldLifted("hold-1", LOT, LiftReason.INVESTIGATION_CLEARED, LATER)
    assert spec.given(placed()).when(LIFT, None) == [lifted]
    state = spec.given(placed(), lifted).state
    assert state is not None
    assert (state.state, state.lift_reason, state.lifted_at) == (
        HoldState.LIFTED,
        LiftReason.INVESTIGATION_CLEARED,
        LATER,
    )


def test_what_is_lifted_is_not_lifted_again() -> None:
    lifted = HoldLifted("hold-1", LOT, LiftReason.CORRECTED, LATER)
    with pytest.raises(HoldAlreadyLifted):
        spec.given(placed(), lifted).when(LIFT, None)


def test_what_was_never_placed_is_not_lifted() -> None:
    with pytest.raises(HoldNotFound):
        spec.when(LIFT, None)


OF_DUPLICATE = HoldSubject(HoldKind.PATIENT, "patient-1")
CARRY = CarryHold("hold-2", "hold-1", "patient-2", LATER)
HELD = replace(placed(), subject=OF_DUPLICATE, case_id="case-1")


def test_a_hold_is_placed_on_whoever_its_patient_was_merged_into() -> None:
    survivor = HoldSubject(HoldKind.PATIENT, "patient-2")
    [event] = spec.when(placing(OF_DUPLICATE), Placing(True, survivor))
    assert event.subject == survivor


def test_a_hold_on_a_duplicate_is_carried_to_the_survivor_without_its_note() -> None:
    [event] = spec.when(CARRY, Carried(spec.given(HELD).state))
    assert event == replace(
        HELD,
        hold_id="hold-2",
        subject=HoldSubject(HoldKind.PATIENT, "patient-2"),
        note=None,
        placed_at=LATER,
    )
    assert spec.given(event).when(CARRY, Carried(spec.given(HELD).state)) == []


def test_a_hold_that_no_longer_holds_is_not_carried() -> None:
    lifted = HoldLifted("hold-1", OF_DUPLICATE, LiftReason.CORRECTED, LATER)
    assert spec.when(CARRY, Carried(spec.given(HELD, lifted).state)) == []
    assert spec.when(CARRY, Carried(None)) == []


@given(
    kind=st.sampled_from(sorted(HoldKind, key=lambda kind: kind.name)),
    subject_id=st.text(alphabet="abcdefABCDEF0123456789-", min_size=1, max_size=36),
)
def test_an_id_has_one_spelling_and_a_code_keeps_its_own(kind: HoldKind, subject_id: str) -> None:
    by_code = kind in {HoldKind.PRODUCT, HoldKind.INGREDIENT, HoldKind.DEVICE}
    assert HoldSubject(kind, subject_id).canonical() == HoldSubject(
        kind, subject_id if by_code else subject_id.lower()
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (HoldKind, hold_pb2.HoldKind.keys()),
        (HoldState, model_pb2.HoldState.keys()),
        (HoldReason, model_pb2.HoldReason.keys()),
        (LiftReason, model_pb2.LiftReason.keys()),
    ],
)
def test_enums_are_the_schema_s(
    ours: type[HoldKind | HoldState | HoldReason | LiftReason], theirs: list[str]
) -> None:
    [unspecified] = [name for name in theirs if name.endswith("_UNSPECIFIED")]
    prefix = unspecified.removesuffix("UNSPECIFIED")
    assert {f"{prefix}{each.name}" for each in ours} == set(theirs) - {unspecified}
