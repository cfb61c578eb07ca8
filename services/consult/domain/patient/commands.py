"""What may be asked of a patient's record."""

from dataclasses import dataclass
from datetime import date, datetime

from services.chassis.kernel import SealedText
from services.consult.domain.patient.clinical import Coding, History, TherapyKind
from services.consult.domain.patient.keeping import Kept
from services.consult.domain.patient.model import (
    AgeBand,
    PhotoPurpose,
    PregnancyPotential,
    VitalStatus,
)
from services.consult.domain.patient.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class RegisterPatient:
    """Register a patient at a clinic; the birth date was looked at before it was sealed."""

    patient_id: str
    clinic_id: str
    identity: SealedText | None
    vital_status: VitalStatus
    age_band: AgeBand
    pregnancy_potential: PregnancyPotential
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordHistory:
    """Record what is known of the patient's health, in `vocabulary`; the newest record holds."""

    patient_id: str
    history: History
    vocabulary: Vocabulary
    at: datetime


@dataclass(frozen=True, slots=True)
class AmendPatient:
    """Change who a patient is or what is known beside the history; None keeps what is."""

    patient_id: str
    identity: SealedText | None
    vital_status: VitalStatus | None
    age_band: AgeBand | None
    pregnancy_potential: PregnancyPotential | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordTherapy:
    """Record another treatment of the hair beside ours, in `vocabulary`."""

    patient_id: str
    therapy_id: str
    kind: TherapyKind
    coding: Coding
    started_on: date
    ended_on: date | None
    vocabulary: Vocabulary
    at: datetime


@dataclass(frozen=True, slots=True)
class EndTherapy:
    """Record when one ended."""

    patient_id: str
    therapy_id: str
    ended_on: date
    at: datetime


@dataclass(frozen=True, slots=True)
class MergePatients:
    """Make a duplicate one with the record that stays."""

    patient_id: str
    into_patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AbsorbPatient:
    """Let the record that stays take in what a duplicate said; harmless when it has."""

    patient_id: str
    merged_patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlaceLegalHold:
    """Forbid erasure until lifted."""

    patient_id: str
    legal_hold_id: str
    note: SealedText | None
    at: datetime


@dataclass(frozen=True, slots=True)
class LiftLegalHold:
    """Lift a legal hold."""

    patient_id: str
    legal_hold_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotePlan:
    """Note that a plan was made for the patient; harmless when known."""

    patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NoteObligation:
    """Note what keeps a record; harmless when known, and noted on a merged or erased record too.

    One of the three is given: a treatment, a payment, or a serious case that was opened.
    """

    patient_id: str
    at: datetime
    last_treated_at: datetime | None = None
    last_paid_at: datetime | None = None
    serious_case_id: str | None = None


@dataclass(frozen=True, slots=True)
class ErasePatient:
    """Destroy a person's keys; `kept` is what safety said of `asked_patient_ids` just now."""

    patient_id: str
    restrict_if_kept: bool
    asked_patient_ids: tuple[str, ...]
    kept: Kept | None
    at: datetime


@dataclass(frozen=True, slots=True)
class RetryErasure:
    """The duty that kept a restricted record is over, or is asked about anew."""

    patient_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SignPhotoConsent:
    """Record that the patient signed the text whose digest the chain's texts give."""

    patient_id: str
    photo_consent_id: str
    purposes: tuple[PhotoPurpose, ...]
    text_digest: bytes
    expected_digest: bytes
    language: str
    patient_signature_digest: bytes
    practitioner_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawPhotoConsent:
    """Take the photo consent back."""

    patient_id: str
    at: datetime


Command = (
    RegisterPatient
    | RecordHistory
    | AmendPatient
    | RecordTherapy
    | EndTherapy
    | MergePatients
    | AbsorbPatient
    | PlaceLegalHold
    | LiftLegalHold
    | NotePlan
    | NoteObligation
    | ErasePatient
    | RetryErasure
    | SignPhotoConsent
    | WithdrawPhotoConsent
)
