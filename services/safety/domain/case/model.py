"""A case: a reported reaction, laid against the exposures that came before it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class ReactionTerm(Enum):
    """What was observed (DOMAIN 6.1)."""

    INJECTION_SITE_PAIN = "INJECTION_SITE_PAIN"
    INJECTION_SITE_ERYTHEMA = "INJECTION_SITE_ERYTHEMA"
    INJECTION_SITE_SWELLING = "INJECTION_SITE_SWELLING"
    INJECTION_SITE_PRURITUS = "INJECTION_SITE_PRURITUS"
    INJECTION_SITE_HAEMATOMA = "INJECTION_SITE_HAEMATOMA"
    HEADACHE = "HEADACHE"
    SWELLING_FACE = "SWELLING_FACE"
    RASH_MACULO_PAPULAR = "RASH_MACULO_PAPULAR"
    PRESYNCOPE = "PRESYNCOPE"
    SYNCOPE = "SYNCOPE"
    HYPOTENSION = "HYPOTENSION"
    LOCAL_ANAESTHETIC_SYSTEMIC_TOXICITY = "LOCAL_ANAESTHETIC_SYSTEMIC_TOXICITY"
    METHAEMOGLOBINAEMIA = "METHAEMOGLOBINAEMIA"
    ANAPHYLACTIC_REACTION = "ANAPHYLACTIC_REACTION"
    ANGIOEDEMA = "ANGIOEDEMA"
    URTICARIA = "URTICARIA"
    DELAYED_HYPERSENSITIVITY = "DELAYED_HYPERSENSITIVITY"
    INJECTION_SITE_INFECTION = "INJECTION_SITE_INFECTION"
    INJECTION_SITE_ABSCESS = "INJECTION_SITE_ABSCESS"
    CELLULITIS = "CELLULITIS"
    FOLLICULITIS = "FOLLICULITIS"
    NON_TUBERCULOUS_MYCOBACTERIAL_INFECTION = "NON_TUBERCULOUS_MYCOBACTERIAL_INFECTION"
    BLOODBORNE_INFECTION = "BLOODBORNE_INFECTION"
    GRANULOMA = "GRANULOMA"
    PANNICULITIS = "PANNICULITIS"
    FAT_NECROSIS = "FAT_NECROSIS"
    SKIN_NECROSIS = "SKIN_NECROSIS"
    SKIN_ATROPHY = "SKIN_ATROPHY"
    ALOPECIA_AT_INJECTION_SITE = "ALOPECIA_AT_INJECTION_SITE"
    CICATRICIAL_ALOPECIA = "CICATRICIAL_ALOPECIA"
    SEXUAL_DYSFUNCTION = "SEXUAL_DYSFUNCTION"
    LIBIDO_DECREASED = "LIBIDO_DECREASED"
    DEPRESSION = "DEPRESSION"
    SUICIDAL_IDEATION = "SUICIDAL_IDEATION"
    SEMEN_ABNORMAL = "SEMEN_ABNORMAL"
    EXPOSURE_DURING_PREGNANCY = "EXPOSURE_DURING_PREGNANCY"
    NEEDLESTICK = "NEEDLESTICK"
    PRODUCT_QUALITY_ISSUE = "PRODUCT_QUALITY_ISSUE"
    MEDICATION_ERROR = "MEDICATION_ERROR"
    OFF_LABEL_USE = "OFF_LABEL_USE"
    OVERDOSE = "OVERDOSE"
    LACK_OF_EFFICACY = "LACK_OF_EFFICACY"
    INJECTION_SITE_NODULE = "INJECTION_SITE_NODULE"


class SeriousnessCriterion(Enum):
    """What makes a reaction serious, whatever its grade (ICH E2A, DOMAIN 6.3)."""

    DEATH = "DEATH"
    LIFE_THREATENING = "LIFE_THREATENING"
    HOSPITALISATION = "HOSPITALISATION"
    DISABILITY = "DISABILITY"
    CONGENITAL_ANOMALY = "CONGENITAL_ANOMALY"
    OTHER_MEDICALLY_IMPORTANT = "OTHER_MEDICALLY_IMPORTANT"


class CaseState(Enum):
    """Where a case stands."""

    OPEN = "OPEN"


@dataclass(frozen=True, slots=True)
class CaseExposure:
    """A session before the onset, with what and whom it touched."""

    session_id: str
    lot_ids: tuple[str, ...]
    practitioner_id: str
    room_id: str
    device_head_id: str | None
    days_before_onset: int
    administered_at: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """A reported reaction as safety keeps it. `exposures` are latest first.

    The versions are those of the reference data by which it was opened.
    """

    case_id: str
    state: CaseState
    reaction_id: str
    patient_id: str
    suspected_session_id: str | None
    clinic_id: str
    term: ReactionTerm
    severity_grade: int
    serious: bool
    criteria: tuple[SeriousnessCriterion, ...]
    exposures: tuple[CaseExposure, ...]
    latency_windows_version: str
    serious_terms_version: str
    onset_at: datetime
    first_aware_at: datetime
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """The serious cases that keep a patient's record, and where the feed stood then."""

    open_serious_case_ids: tuple[str, ...]
    feed_no: int
