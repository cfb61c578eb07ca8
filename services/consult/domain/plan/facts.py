"""What a plan's commands must know of other rows and of the reference data."""

from dataclasses import dataclass

from services.consult.domain.clinic.model import Clinic
from services.consult.domain.consultation.model import Consultation
from services.consult.domain.formulary.reference import Formulary, Schedules
from services.consult.domain.patient.model import Patient
from services.consult.domain.practitioner.model import Practitioner


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """Whom a proposal is for, who makes it where, and the reference data; None is not there."""

    patient: Patient | None
    consultation: Consultation | None
    clinic: Clinic | None
    practitioner: Practitioner | None
    formulary: Formulary
    schedules: Schedules


@dataclass(frozen=True, slots=True)
class SigningFacts:
    """Who takes the signature, and the digest of the text as it is; None where there is none."""

    practitioner: Practitioner | None
    text_digest: bytes | None


@dataclass(frozen=True, slots=True)
class AcceptanceFacts:
    """The patient and the assessment, as they are by now."""

    patient: Patient | None
    consultation: Consultation | None


Facts = ProposalFacts | SigningFacts | AcceptanceFacts | None
