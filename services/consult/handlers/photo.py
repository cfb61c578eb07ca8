"""The text of the photo consent, out of the texts in force."""

from collections.abc import Collection
from datetime import date

from services.consult.domain.patient.model import PhotoPurpose
from services.consult.domain.patient.photo import text_for
from services.consult.reference.loader import reference


def photo_text(purposes: Collection[PhotoPurpose], language: str, day: date) -> str:
    """Return the text of `day` for `purposes`, or refuse a language that there is none in."""
    return text_for(reference().texts(language, day), purposes)
