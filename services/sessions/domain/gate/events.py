"""What happens to a gate."""

from dataclasses import dataclass
from datetime import date, datetime

from services.sessions.domain.clinical import HoldSubject, VitalStatus


@dataclass(frozen=True, slots=True)
class GateRaised:
    """A subject can be held from now on."""

    gate_id: str
    subject: HoldSubject
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class LicenceCopied:
    """The days of a practitioner's licence are known here."""

    gate_id: str
    practitioner_id: str
    licence_id: str
    authority_code: str
    valid_from: date
    valid_until: date
    copied_at: datetime


@dataclass(frozen=True, slots=True)
class ClinicCopied:
    """A clinic's time zone is known here: days of its sessions are days of that zone."""

    gate_id: str
    clinic_id: str
    time_zone: str
    copied_at: datetime


@dataclass(frozen=True, slots=True)
class RoomCopied:
    """It is known here which clinic a room is of."""

    gate_id: str
    room_id: str
    clinic_id: str
    copied_at: datetime


@dataclass(frozen=True, slots=True)
class PatientCopied:
    """It is known here whether a patient lives."""

    gate_id: str
    patient_id: str
    vital_status: VitalStatus
    copied_at: datetime


@dataclass(frozen=True, slots=True)
class HoldApplied:
    """A hold closed the gate."""

    gate_id: str
    hold_id: str
    subject: HoldSubject
    provisional: bool
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """A hold was taken off the gate."""

    gate_id: str
    hold_id: str
    subject: HoldSubject
    released_at: datetime


Event = (
    GateRaised
    | LicenceCopied
    | ClinicCopied
    | RoomCopied
    | PatientCopied
    | HoldApplied
    | HoldReleased
)
