"""The photo consent: apart from the consent to a plan, and it gates no treatment (DOMAIN 8)."""

from collections.abc import Collection, Sequence

from services.consult.domain.patient.commands import SignPhotoConsent, WithdrawPhotoConsent
from services.consult.domain.patient.errors import PhotoConsentMissing
from services.consult.domain.patient.events import PhotoConsentSigned, PhotoConsentWithdrawn
from services.consult.domain.patient.model import Patient, PhotoPurpose
from services.consult.domain.patient.standing import usable
from services.consult.domain.plan.consent_text import ConsentTexts, said
from services.consult.domain.plan.errors import ConsentStale, LanguageNotAvailable
from services.consult.domain.practitioner.model import Practitioner
from services.consult.domain.practitioner.signing import refuse_unless_licensed


def text_for(texts: ConsentTexts | None, purposes: Collection[PhotoPurpose]) -> str:
    """Return the text for `purposes`, in whatever order they are named; refuse what has none."""
    photo = texts.photo if texts else None
    if texts is None or photo is None or not photo.purposes.keys() >= set(purposes):
        raise LanguageNotAvailable
    wanted = [f"- {photo.purposes[each]}" for each in PhotoPurpose if each in purposes]
    parts = [
        [photo.title, *wanted],
        [*said(photo.rights)],
        [f"{texts.version}, {texts.signed_by_code}"],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def sign(
    command: SignPhotoConsent, state: Patient | None, practitioner: Practitioner | None
) -> Sequence[PhotoConsentSigned]:
    """Record the signature, which replaces what stood.

    Refused under another text, and where whoever takes it holds no licence.
    """
    patient = usable(state)
    refuse_unless_licensed(practitioner, command.at.date())
    if command.text_digest != command.expected_digest:
        raise ConsentStale
    return [
        PhotoConsentSigned(
            patient_id=patient.patient_id,
            photo_consent_id=command.photo_consent_id,
            purposes=command.purposes,
            text_digest=command.text_digest,
            language=command.language,
            patient_signature_digest=command.patient_signature_digest,
            practitioner_id=command.practitioner_id,
            signed_at=command.at,
        )
    ]


def withdraw(command: WithdrawPhotoConsent, state: Patient) -> Sequence[PhotoConsentWithdrawn]:
    """Take it back, which needs no reason."""
    if state.photo_consent_id is None:
        raise PhotoConsentMissing
    return [PhotoConsentWithdrawn(state.patient_id, state.photo_consent_id, command.at)]
