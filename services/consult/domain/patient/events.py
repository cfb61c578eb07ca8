"""What happens to a patient's record."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import SealedText
from services.consult.domain.patient.clinical import History, Therapy
from services.consult.domain.patient.model import (
    AgeBand,
    PhotoPurpose,
    PregnancyPotential,
    VitalStatus,
)


@dataclass(frozen=True, slots=True)
class PatientRegistered:
    """A patient was registered."""

    patient_id: str
    clinic_id: str
    vital_status: VitalStatus
    age_band: AgeBand
    pregnancy_potential: PregnancyPotential
    identity: SealedText | None
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class HistoryRecorded:
    """The patient's history was recorded."""

    patient_id: str
    history: History
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PatientAmended:
    """Who a patient is, or what is known beside their history, was changed."""

    patient_id: str
    vital_status: VitalStatus
    age_band: AgeBand
    pregnancy_potential: PregnancyPotential
    identity: SealedText | None
    amended_at: datetime


@dataclass(frozen=True, slots=True)
class TherapyRecorded:
    """Another treatment of the hair is known."""

    patient_id: str
    therapy: Therapy
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TherapyEnded:
    """It came to its end."""

    patient_id: str
    therapy_id: str
    ended_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PatientMerged:
    """Two records are one person's."""

    patient_id: str
    into_patient_id: str
    consultation_ids: tuple[str, ...]
    plan_ids: tuple[str, ...]
    merged_at: datetime


@dataclass(frozen=True, slots=True)
class PatientAbsorbed:
    """A record took in a duplicate: the union of codes, and the more careful of the answers."""

    patient_id: str
    merged_patient_id: str
    history: History | None
    pregnancy_potential: PregnancyPotential
    therapies: tuple[Therapy, ...]
    absorbed_at: datetime
    further_clinic_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LegalHoldPlaced:
    """A record may not be erased, by law."""

    patient_id: str
    legal_hold_id: str
    note: SealedText | None
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class LegalHoldLifted:
    """The law no longer asks for the record."""

    patient_id: str
    legal_hold_id: str
    lifted_at: datetime


@dataclass(frozen=True, slots=True)
class PlanNoted:
    """A plan was made for a patient: what becomes known is held against it from now on."""

    patient_id: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class GroundChanged:
    """What the plans of a patient rest on changed: their history was recorded anew."""

    patient_id: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ObligationNoted:
    """Something came to be known that keeps a record."""

    patient_id: str
    last_treated_at: datetime | None
    last_paid_at: datetime | None
    serious_case_id: str | None
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class PatientRestricted:
    """Erasure was asked for and the record has to be kept: nothing more may be done with it."""

    patient_id: str
    until: datetime | None
    restricted_at: datetime


@dataclass(frozen=True, slots=True)
class PatientErased:
    """The person's keys are gone, and with them who they were."""

    patient_id: str
    merged_patient_ids: tuple[str, ...]
    erased_at: datetime


@dataclass(frozen=True, slots=True)
class PhotoConsentSigned:
    """A patient allows photographs to be used."""

    patient_id: str
    photo_consent_id: str
    purposes: tuple[PhotoPurpose, ...]
    text_digest: bytes
    language: str
    patient_signature_digest: bytes
    practitioner_id: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class PhotoConsentWithdrawn:
    """A patient takes that back."""

    patient_id: str
    photo_consent_id: str
    withdrawn_at: datetime


Event = (
    PatientRegistered
    | HistoryRecorded
    | PatientAmended
    | TherapyRecorded
    | TherapyEnded
    | PatientMerged
    | PatientAbsorbed
    | LegalHoldPlaced
    | LegalHoldLifted
    | PlanNoted
    | GroundChanged
    | ObligationNoted
    | PatientRestricted
    | PatientErased
    | PhotoConsentSigned
    | PhotoConsentWithdrawn
)
