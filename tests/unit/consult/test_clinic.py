"""A clinic opens in a registered chain, and its rooms have codes of their own."""

from dataclasses import replace

import pytest

from services.chassis.kernel import DomainError, Put
from services.consult.domain.chain.errors import ChainNotFound
from services.consult.domain.clinic.commands import AddRoom, AmendClinic, OpenClinic
from services.consult.domain.clinic.decider import DECIDER
from services.consult.domain.clinic.errors import (
    ClinicCodeTaken,
    ClinicNotFound,
    RoomCodeTaken,
    TimeZoneUnknown,
)
from services.consult.domain.clinic.events import ClinicAmended, RoomAdded
from tests.support.spec import Spec
from tests.unit.consult.samples import CHAIN, CLINIC, CLINIC_OPENED, NOW

OPEN = OpenClinic(CLINIC, CHAIN, "MAIN", "Europe/London", "GB", "LTD-1", NOW)
ADD = AddRoom(CLINIC, "room-1", "R1", NOW)
ADDED = RoomAdded(CLINIC, "room-1", "R1", NOW)


def test_a_clinic_opens() -> None:
    assert Spec(DECIDER).when(OPEN, True) == [CLINIC_OPENED]


@pytest.mark.parametrize(
    ("command", "chain_registered", "refusal"),
    [
        (OPEN, False, ChainNotFound),
        (replace(OPEN, time_zone="Europe/Atlantis"), True, TimeZoneUnknown),
        (replace(OPEN, time_zone="localtime"), True, TimeZoneUnknown),
        (replace(OPEN, time_zone="Factory"), True, TimeZoneUnknown),
    ],
)
def test_a_clinic_does_not_open(
    command: OpenClinic, chain_registered: bool, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        Spec(DECIDER).when(command, chain_registered)


def test_the_same_clinic_does_not_open_twice() -> None:
    with pytest.raises(ClinicCodeTaken):
        Spec(DECIDER).given(CLINIC_OPENED).when(OPEN, True)


def test_a_clinic_gets_rooms() -> None:
    opened = Spec(DECIDER).given(CLINIC_OPENED)
    assert opened.when(ADD, None) == [ADDED]
    state = Spec(DECIDER).given(CLINIC_OPENED, ADDED).state
    assert state is not None
    assert [room.room_code for room in state.rooms] == ["R1"]


def test_a_room_code_is_its_clinics_only_one() -> None:
    with pytest.raises(RoomCodeTaken):
        Spec(DECIDER).given(CLINIC_OPENED, ADDED).when(replace(ADD, room_id="room-2"), None)


def test_a_room_needs_its_clinic() -> None:
    with pytest.raises(ClinicNotFound):
        Spec(DECIDER).when(ADD, None)


def test_the_code_of_a_clinic_is_a_row_that_a_second_one_cannot_write() -> None:
    assert DECIDER.project is not None
    row: dict[str, object] = {"clinic_id": CLINIC, "clinic_code": "MAIN"}
    assert DECIDER.project(CLINIC_OPENED) == [Put("clinic_codes", row)]
    assert DECIDER.project(ADDED) == []


AMEND = AmendClinic(CLINIC, "Europe/Dublin", "IE", "LTD-2", NOW)
AMENDED = ClinicAmended(CLINIC, "Europe/Dublin", "IE", "LTD-2", NOW)


def test_a_clinic_is_amended_and_keeps_its_code_and_rooms() -> None:
    assert Spec(DECIDER).given(CLINIC_OPENED).when(AMEND, None) == [AMENDED]
    state = Spec(DECIDER).given(CLINIC_OPENED, ADDED, AMENDED).state
    assert state is not None
    assert (state.time_zone, state.jurisdiction_code) == ("Europe/Dublin", "IE")
    assert (state.legal_entity_code, state.clinic_code, len(state.rooms)) == ("LTD-2", "MAIN", 1)


def test_a_clinic_is_not_amended_into_no_time_zone() -> None:
    with pytest.raises(TimeZoneUnknown):
        Spec(DECIDER).given(CLINIC_OPENED).when(replace(AMEND, time_zone="Mars/North"), None)


def test_only_an_open_clinic_is_amended() -> None:
    with pytest.raises(ClinicNotFound):
        Spec(DECIDER).when(AMEND, None)
