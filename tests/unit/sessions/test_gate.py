"""Gates: raised once, closed by holds, opened when the last one is released."""

from dataclasses import replace
from datetime import date

import pytest

from services.sessions.domain.clinical import HoldKind, HoldSubject
from services.sessions.domain.gate.commands import (
    ApplyHold,
    Command,
    CopyClinic,
    CopyLicence,
    CopyRoom,
    RaiseGate,
    ReleaseHold,
)
from services.sessions.domain.gate.decider import DECIDER, time_zone_of
from services.sessions.domain.gate.errors import SubjectUnknown
from services.sessions.domain.gate.events import (
    ClinicCopied,
    Event,
    GateRaised,
    HoldApplied,
    HoldReleased,
    LicenceCopied,
    RoomCopied,
)
from services.sessions.domain.gate.model import Gate, gate_id_of, licensed
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
CLINIC = HoldSubject(HoldKind.CLINIC, "clinic-1")
COPY_CLINIC = CopyClinic(GATE_ID, CLINIC, "Europe/London", NOW)
MOVED_CLINIC = CopyClinic(GATE_ID, CLINIC, "Europe/Paris", NOW)
ZONE = ClinicCopied(GATE_ID, "clinic-1", "Europe/London", NOW)
MOVED_ZONE = ClinicCopied(GATE_ID, "clinic-1", "Europe/Paris", NOW)
ROOM = HoldSubject(HoldKind.ROOM, "room-1")
COPY_ROOM = CopyRoom(GATE_ID, ROOM, "clinic-1", NOW)
ROOM_COPIED = RoomCopied(GATE_ID, "room-1", "clinic-1", NOW)
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
        ([], COPY_CLINIC, [GateRaised(GATE_ID, CLINIC, NOW), ZONE]),
        ([RAISED], COPY_CLINIC, [ZONE]),
        ([RAISED, ZONE], COPY_CLINIC, []),
        ([RAISED, ZONE], MOVED_CLINIC, [MOVED_ZONE]),
        ([], COPY_ROOM, [GateRaised(GATE_ID, ROOM, NOW), ROOM_COPIED]),
        ([RAISED, ROOM_COPIED], COPY_ROOM, []),
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


def test_a_revoked_licence_ended_the_day_before() -> None:
    revoked = replace(COPY, valid_until=date(2026, 3, 1))
    [event] = Spec(DECIDER).given(RAISED, COPIED).when(revoked, None)
    state = Spec(DECIDER).given(RAISED, COPIED, event).state
    assert state is not None
    assert licensed(state, date(2026, 3, 1))
    assert not licensed(state, date(2026, 3, 2))


def test_a_clinic_and_a_room_are_known_once_they_are_copied() -> None:
    clinic, room = Spec(DECIDER).given(RAISED, ZONE).state, Spec(DECIDER).given(ROOM_COPIED)
    assert clinic is not None
    assert time_zone_of({CLINIC: clinic}, "clinic-1") == "Europe/London"
    state = Spec(DECIDER).given(RAISED, *room.history).state
    assert state is not None
    assert state.at_clinic_id == "clinic-1"


@pytest.mark.parametrize("gates", [{}, {CLINIC: None}, {CLINIC: Spec(DECIDER).given(RAISED).state}])
def test_a_clinic_without_a_time_zone_has_no_days(gates: dict[HoldSubject, Gate | None]) -> None:
    with pytest.raises(SubjectUnknown):
        time_zone_of(gates, "clinic-1")


def test_a_uuid_in_capitals_meets_the_same_gate_and_a_code_does_not() -> None:
    room, product = HoldKind.ROOM, HoldKind.PRODUCT
    assert gate_id_of(HoldSubject(room, "ABC")) == gate_id_of(HoldSubject(room, "abc"))
    assert gate_id_of(HoldSubject(product, "ABC")) != gate_id_of(HoldSubject(product, "abc"))
