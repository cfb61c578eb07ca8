"""The shared words of treatment, as the published schema `clinical/v1` spells them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from zoneinfo import ZoneInfo


class PreparationSource(Enum):
    """How the ingredients come to the needle."""

    CLINIC_MIXED = "CLINIC_MIXED"
    PHARMACY_COMPOUNDED_LOT = "PHARMACY_COMPOUNDED_LOT"
    SEPARATE_SYRINGES = "SEPARATE_SYRINGES"


@dataclass(frozen=True, slots=True)
class Component:
    """One ingredient with its dose for one session."""

    ingredient_code: str
    dose_micrograms: int


@dataclass(frozen=True, slots=True)
class Cocktail:
    """What one session injects."""

    components: tuple[Component, ...]
    source: PreparationSource
    volume_microlitres: int


@dataclass(frozen=True, slots=True)
class SessionWindow:
    """When one session may take place, in days from the first performed one."""

    number: int
    earliest_days: int
    ideal_days: int
    latest_days: int


@dataclass(frozen=True, slots=True)
class Protocol:
    """A published schedule as it stood when the plan was accepted."""

    protocol_code: str
    version: str
    windows: tuple[SessionWindow, ...]
    floor_days: int


class VitalStatus(Enum):
    """Whether a patient lives."""

    ALIVE = "ALIVE"
    DECEASED = "DECEASED"


class HoldKind(Enum):
    """What can be held."""

    PATIENT = "PATIENT"
    LOT = "LOT"
    PRODUCT = "PRODUCT"
    PREPARATION = "PREPARATION"
    INGREDIENT = "INGREDIENT"
    DEVICE = "DEVICE"
    PRACTITIONER = "PRACTITIONER"
    ROOM = "ROOM"
    CLINIC = "CLINIC"
    BILLING = "BILLING"


@dataclass(frozen=True, slots=True)
class HoldSubject:
    """The one thing that a hold, a gate or a clearance is about."""

    kind: HoldKind
    subject_id: str


class ScalpZone(Enum):
    """Where on the scalp."""

    FRONTAL = "FRONTAL"
    MID_SCALP = "MID_SCALP"
    VERTEX = "VERTEX"
    TEMPORAL_LEFT = "TEMPORAL_LEFT"
    TEMPORAL_RIGHT = "TEMPORAL_RIGHT"
    PARIETAL_LEFT = "PARIETAL_LEFT"
    PARIETAL_RIGHT = "PARIETAL_RIGHT"
    OCCIPITAL = "OCCIPITAL"


class Technique(Enum):
    """How the needle is used."""

    NAPPAGE = "NAPPAGE"
    NAPPAGE_SUPERFICIAL = "NAPPAGE_SUPERFICIAL"
    PAPULE = "PAPULE"
    MICROPAPULE = "MICROPAPULE"
    POINT_BY_POINT = "POINT_BY_POINT"
    SIM_LIT = "SIM_LIT"
    TRADITIONAL = "TRADITIONAL"
    SCALP_CLINIC = "SCALP_CLINIC"
    PRP_SCALP = "PRP_SCALP"
    GUN = "GUN"


class Step(Enum):
    """The steps of a session, in their order (DOMAIN 4.1)."""

    IDENTITY_CONFIRMED = "IDENTITY_CONFIRMED"
    RESCREENED = "RESCREENED"
    LOTS_CHECKED = "LOTS_CHECKED"
    SCALP_CLEANED = "SCALP_CLEANED"
    ANAESTHETIC_APPLIED = "ANAESTHETIC_APPLIED"
    INJECTED = "INJECTED"
    OBSERVED = "OBSERVED"


@dataclass(frozen=True, slots=True)
class Injection:
    """What went into one zone."""

    lot_id: str
    zone: ScalpZone
    technique: Technique
    depth_micrometres: int
    points: int
    volume_microlitres: int


def day_in(time_zone: str, at: datetime) -> date:
    """Return the day that `at` is in a clinic: what a calendar on its wall would show."""
    return at.astimezone(ZoneInfo(time_zone)).date()
