"""How a gate decides and changes, and how others pass it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from services.chassis.kernel import Decider, Violation
from services.sessions.domain.clinical import HoldKind, HoldSubject, VitalStatus
from services.sessions.domain.gate.commands import (
    ApplyHold,
    Command,
    CopyClinic,
    CopyLicence,
    CopyPatient,
    CopyRoom,
    RaiseGate,
    ReleaseHold,
)
from services.sessions.domain.gate.errors import (
    HoldActive,
    LicenceLapsed,
    PatientDeceased,
    SubjectUnknown,
)
from services.sessions.domain.gate.events import (
    ClinicCopied,
    Event,
    GateRaised,
    HoldApplied,
    HoldReleased,
    LicenceCopied,
    PatientCopied,
    RoomCopied,
)
from services.sessions.domain.gate.model import Gate, Hold, Licence, licensed

Gates = Mapping[HoldSubject, Gate | None]


def decide(command: Command, state: Gate | None, facts: None) -> Sequence[Event]:
    """Return the events that `command` causes; a command that finds its work done causes none."""
    match command:
        case RaiseGate():
            return raised(command, state)
        case CopyLicence():
            return [*raised(command, state), *copied(command, state)]
        case CopyClinic():
            return [*raised(command, state), *placed(command, state)]
        case CopyPatient():
            return [*raised(command, state), *living(command, state)]
        case CopyRoom():
            return [*raised(command, state), *assigned(command, state)]
        case ApplyHold():
            return [*raised(command, state), *applied(command, state)]
        case ReleaseHold():
            return released(command, state)


def raised(
    command: RaiseGate | CopyLicence | CopyPatient | CopyClinic | CopyRoom | ApplyHold,
    state: Gate | None,
) -> list[Event]:
    """Return the raising of a gate that does not stand yet."""
    if state is not None:
        return []
    return [GateRaised(command.gate_id, command.subject, command.at)]


def copied(command: CopyLicence, state: Gate | None) -> list[Event]:
    """Return the copy of a licence that is new here or has other days."""
    licence = Licence(
        command.licence_id, command.authority_code, command.valid_from, command.valid_until
    )
    if state is not None and licence in state.licences:
        return []
    return [
        LicenceCopied(
            gate_id=command.gate_id,
            practitioner_id=command.subject.subject_id,
            licence_id=licence.licence_id,
            authority_code=licence.authority_code,
            valid_from=licence.valid_from,
            valid_until=licence.valid_until,
            copied_at=command.at,
        )
    ]


def living(command: CopyPatient, state: Gate | None) -> list[Event]:
    """Return the copy of a vital status that is new here; a gate is taken to be of the living."""
    if (state is not None and state.deceased) is (command.vital_status is VitalStatus.DECEASED):
        return []
    patient_id = command.subject.subject_id
    return [PatientCopied(command.gate_id, patient_id, command.vital_status, command.at)]


def placed(command: CopyClinic, state: Gate | None) -> list[Event]:
    """Return the copy of a time zone that is new here."""
    if state is not None and state.time_zone == command.time_zone:
        return []
    clinic_id = command.subject.subject_id
    return [ClinicCopied(command.gate_id, clinic_id, command.time_zone, command.at)]


def assigned(command: CopyRoom, state: Gate | None) -> list[Event]:
    """Return the copy of a room's clinic where it is new here."""
    if state is not None and state.at_clinic_id == command.clinic_id:
        return []
    room_id = command.subject.subject_id
    return [RoomCopied(command.gate_id, room_id, command.clinic_id, command.at)]


def applied(command: ApplyHold, state: Gate | None) -> list[Event]:
    """Return the closing of the gate by a hold that does not close it yet."""
    if state is not None and any(hold.hold_id == command.hold_id for hold in state.holds):
        return []
    return [
        HoldApplied(
            command.gate_id, command.hold_id, command.subject, command.provisional, command.at
        )
    ]


def released(command: ReleaseHold, state: Gate | None) -> list[Event]:
    """Return the release of a hold that closes the gate."""
    if state is None or all(hold.hold_id != command.hold_id for hold in state.holds):
        return []
    return [HoldReleased(command.gate_id, command.hold_id, state.subject, command.at)]


def evolve(state: Gate | None, event: Event) -> Gate:
    """Return the state after `event`."""
    if isinstance(event, GateRaised):
        return Gate(event.gate_id, event.subject, (), (), event.raised_at, None, None)
    assert state is not None, "a gate is raised before anything else happens to it"
    match event:
        case LicenceCopied():
            licence = Licence(
                event.licence_id, event.authority_code, event.valid_from, event.valid_until
            )
            others = (each for each in state.licences if each.licence_id != licence.licence_id)
            return replace(state, licences=(*others, licence))
        case PatientCopied():
            return replace(state, deceased=event.vital_status is VitalStatus.DECEASED)
        case ClinicCopied():
            return replace(state, time_zone=event.time_zone)
        case RoomCopied():
            return replace(state, at_clinic_id=event.clinic_id)
        case HoldApplied():
            hold = Hold(event.hold_id, event.provisional, event.applied_at)
            return replace(state, holds=(*state.holds, hold))
        case HoldReleased():
            left = tuple(hold for hold in state.holds if hold.hold_id != event.hold_id)
            return replace(state, holds=left)


def refuse_unless_passable(gates: Gates) -> None:
    """Refuse a subject without a gate, then every hold there is."""
    unknown = [subject for subject, gate in gates.items() if gate is None]
    if unknown:
        raise SubjectUnknown(violations=[Violation(s.kind.value, s.subject_id) for s in unknown])
    refuse_held(holds_in(gates))


def deceased_in(gates: Gates) -> bool:
    """Tell whether the patient among `gates` has died."""
    return any(gate is not None and gate.deceased for gate in gates.values())


def refuse_deceased(gates: Gates) -> None:
    """Refuse to do anything more to a patient who died."""
    if deceased_in(gates):
        raise PatientDeceased


def holds_in(gates: Gates) -> list[tuple[HoldSubject, str]]:
    """Return each hold with its subject."""
    return [
        (subject, hold.hold_id)
        for subject, gate in gates.items()
        if gate is not None
        for hold in gate.holds
    ]


def refuse_held(held: Sequence[tuple[HoldSubject, str]]) -> None:
    """Refuse when anything is held; violations name kind, subject and hold."""
    if held:
        raise HoldActive(
            violations=[Violation(s.kind.value, s.subject_id, hold_id) for s, hold_id in held]
        )


def time_zone_of(gates: Gates, clinic_id: str) -> str:
    """Return the time zone whose days count at a clinic, or refuse one not heard of yet."""
    gate = gates.get(HoldSubject(HoldKind.CLINIC, clinic_id))
    if gate is None or gate.time_zone is None:
        raise SubjectUnknown(violations=[Violation(HoldKind.CLINIC.value, clinic_id)])
    return gate.time_zone


def refuse_unlicensed(gate: Gate | None, day: date) -> None:
    """Refuse a practitioner without a licence that is valid on `day`."""
    if gate is None or not licensed(gate, day):
        raise LicenceLapsed(day=day.isoformat())


DECIDER: Decider[Gate, Command, Event, None] = Decider(decide, evolve)
