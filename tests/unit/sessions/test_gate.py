"""Gates: raised once, closed by holds, opened when the last one is released."""

from datetime import date

import pytest

from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.gate.commands import (
    ApplyHold,
    Command,
    CopyLicence,
    RaiseGate,
    ReleaseHold,
)
from services.sessions.domain.gate.decider import DECIDER
from services.sessions.domain.gate.events import (
    Event,
    GateRaised,
    HoldApplied,
    HoldReleased,
    LicenceCopied,
)
from services.sessions.domain.gate.model import gate_id_of, licensed
from tests.support.spec import Spec
from tests.unit.sessions.cases import NOW, PATIENT

GATE_ID = gate_id_of(PATIENT)
RAISED = GateRaised(GATE_ID, PATIENT, NOW)
APPLIED = HoldApplied(GATE_ID, "hold-1", PATIENT, False, NOW)
OTHER = HoldApplied(GATE_ID, "hold-2", PATIENT, True, NOW)
RELEASED = HoldReleased(GATE_ID, "hold-1", PATIENT, NOW)
APPLY = ApplyHold(GATE_ID, "hold-1", PATIENT, False, NOW)
RELEASE = ReleaseHold(GATE_ID, "hold-1", NOW)
DAYS = ("GMC", date(2026, 1, 1), date(2026, 12, 31))
DOCTOR = HoldSubject(HoldKind.PRACTITIONER, "practitioner-1")
COPY = CopyLicence(GATE_ID, DOCTOR, "licence-1", *DAYS, NOW)
COPIED = LicenceCopied(GATE_ID, "practitioner-1", "licence-1", *DAYS, NOW)


@pytest.mark.parametrize(
    ("given", "command", "then"),
    [
        ([], RaiseGate(GATE_ID, PATIENT, NOW), [RAISED]),
        ([RAISED], RaiseGate(GATE_ID, PATIENT, NOW), []),
        ([RAISED], APPLY, [APPLIED]),
        ([], APPLY, [RAISED, APPLIED]),
        ([RAISED, APPLIED], APPLY, []),
        ([RAISED, APPLIED], RELEASE, [RELEASED]),
        ([RAISED, OTHER], RELEASE, []),
        ([], RELEASE, []),
        ([], COPY, [GateRaised(GATE_ID, DOCTOR, NOW), COPIED]),
        ([RAISED], COPY, [COPIED]),
        ([RAISED, COPIED], COPY, []),
    ],
)
def test_repeats_are_harmless_and_a_missing_gate_is_raised(
    given: list[Event], command: Command, then: list[Event]
) -> None:
    assert Spec(DECIDER).given(*given).when(command, None) == then


def test_a_gate_opens_when_its_last_hold_is_released() -> None:
    state = Spec(DECIDER).given(RAISED, APPLIED, OTHER, RELEASED).state
    assert state is not None
    assert [hold.hold_id for hold in state.holds] == ["hold-2"]


@pytest.mark.parametrize(
    ("day", "valid"),
    [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), False),
    ],
)
def test_a_licence_holds_on_both_its_ends(day: date, valid: bool) -> None:
    state = Spec(DECIDER).given(RAISED, COPIED).state
    assert state is not None
    assert licensed(state, day) is valid


def test_a_uuid_in_capitals_meets_the_same_gate_and_a_code_does_not() -> None:
    room, product = HoldKind.ROOM, HoldKind.PRODUCT
    assert gate_id_of(HoldSubject(room, "ABC")) == gate_id_of(HoldSubject(room, "abc"))
    assert gate_id_of(HoldSubject(product, "ABC")) != gate_id_of(HoldSubject(product, "abc"))
