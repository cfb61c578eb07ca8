"""What may be asked of a gate. All of it comes from events, so repeats must be harmless."""

from dataclasses import dataclass
from datetime import date, datetime

from services.sessions.domain.clinical import HoldSubject, VitalStatus


@dataclass(frozen=True, slots=True)
class RaiseGate:
    """Let a subject be held from now on."""

    gate_id: str
    subject: HoldSubject
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyLicence:
    """Keep the days of a practitioner's licence."""

    gate_id: str
    subject: HoldSubject
    licence_id: str
    authority_code: str
    valid_from: date
    valid_until: date
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyPatient:
    """Keep whether a patient lives."""

    gate_id: str
    subject: HoldSubject
    vital_status: VitalStatus
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyClinic:
    """Keep a clinic's time zone."""

    gate_id: str
    subject: HoldSubject
    time_zone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CopyRoom:
    """Keep which clinic a room is of."""

    gate_id: str
    subject: HoldSubject
    clinic_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApplyHold:
    """Close the gate by a hold, raising the gate first where it is missing."""

    gate_id: str
    hold_id: str
    subject: HoldSubject
    provisional: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """Take a hold off the gate."""

    gate_id: str
    hold_id: str
    at: datetime


Command = RaiseGate | CopyLicence | CopyPatient | CopyClinic | CopyRoom | ApplyHold | ReleaseHold
