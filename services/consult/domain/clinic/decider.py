"""How a clinic decides and changes."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import available_timezones

from services.chassis.kernel import Decider, Fact, Put
from services.consult.domain.chain.errors import ChainNotFound
from services.consult.domain.clinic.commands import AddRoom, AmendClinic, Command, OpenClinic
from services.consult.domain.clinic.errors import (
    ClinicCodeTaken,
    ClinicNotFound,
    RoomCodeTaken,
    TimeZoneUnknown,
)
from services.consult.domain.clinic.events import ClinicAmended, ClinicOpened, Event, RoomAdded
from services.consult.domain.clinic.model import Clinic, Room

# The last two are no place: the machine's own zone, and "not set up yet".
TIME_ZONES = frozenset(available_timezones()) - {"localtime", "Factory"}


def decide(
    command: Command, state: Clinic | None, chain_registered: bool | None
) -> Sequence[Event]:
    """Return the events that `command` causes; `chain_registered` is looked up for an opening."""
    match command, state:
        case OpenClinic(), None:
            if not chain_registered:
                raise ChainNotFound
            return [open_clinic(command)]
        case AddRoom(), Clinic():
            if any(room.room_code == command.room_code for room in state.rooms):
                raise RoomCodeTaken
            return [RoomAdded(state.clinic_id, command.room_id, command.room_code, command.at)]
        case AmendClinic(), Clinic():
            return [amend_clinic(command)]
        case AddRoom() | AmendClinic(), _:
            raise ClinicNotFound
        case _:
            raise ClinicCodeTaken


def open_clinic(command: OpenClinic) -> ClinicOpened:
    """Return the opening, or refuse a time zone that nobody knows."""
    refuse_unknown_zone(command.time_zone)
    return ClinicOpened(
        clinic_id=command.clinic_id,
        clinic_code=command.clinic_code,
        time_zone=command.time_zone,
        jurisdiction_code=command.jurisdiction_code,
        legal_entity_code=command.legal_entity_code,
        opened_at=command.at,
    )


def amend_clinic(command: AmendClinic) -> ClinicAmended:
    """Return the change, or refuse a time zone that nobody knows."""
    refuse_unknown_zone(command.time_zone)
    return ClinicAmended(
        clinic_id=command.clinic_id,
        time_zone=command.time_zone,
        jurisdiction_code=command.jurisdiction_code,
        legal_entity_code=command.legal_entity_code,
        amended_at=command.at,
    )


def refuse_unknown_zone(time_zone: str) -> None:
    """Refuse a time zone that the IANA database does not have."""
    if time_zone not in TIME_ZONES:
        raise TimeZoneUnknown


def evolve(state: Clinic | None, event: Event) -> Clinic:
    """Return the state after `event`."""
    match event:
        case ClinicOpened():
            return Clinic(
                clinic_id=event.clinic_id,
                clinic_code=event.clinic_code,
                time_zone=event.time_zone,
                jurisdiction_code=event.jurisdiction_code,
                legal_entity_code=event.legal_entity_code,
                rooms=(),
                opened_at=event.opened_at,
            )
        case RoomAdded():
            assert state is not None, "a clinic is opened before it gets rooms"
            room = Room(event.room_id, event.room_code)
            return replace(state, rooms=(*state.rooms, room))
        case ClinicAmended():
            assert state is not None, "a clinic is opened before it is amended"
            return replace(
                state,
                time_zone=event.time_zone,
                jurisdiction_code=event.jurisdiction_code,
                legal_entity_code=event.legal_entity_code,
            )


def project(event: Event) -> Sequence[Fact]:
    """Return the fact rows of `event`: a clinic's code is its chain's only one."""
    if isinstance(event, ClinicOpened):
        row: dict[str, object] = {"clinic_id": event.clinic_id, "clinic_code": event.clinic_code}
        return [Put("clinic_codes", row)]
    return []


DECIDER: Decider[Clinic, Command, Event, bool | None] = Decider(decide, evolve, project)
