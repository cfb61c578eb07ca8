"""A consultation: what was found, what was answered, and what the rules make of both."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from services.chassis.kernel import SealedText
from services.consult.domain.patient.clinical import Answer


class Diagnosis(Enum):
    """Why the hair is lost."""

    MALE_ANDROGENETIC = "MALE_ANDROGENETIC"
    FEMALE_PATTERN = "FEMALE_PATTERN"
    TELOGEN_EFFLUVIUM = "TELOGEN_EFFLUVIUM"
    ALOPECIA_AREATA = "ALOPECIA_AREATA"
    SCARRING = "SCARRING"
    TINEA_CAPITIS = "TINEA_CAPITIS"
    ANAGEN_EFFLUVIUM = "ANAGEN_EFFLUVIUM"
    TRICHOTILLOMANIA = "TRICHOTILLOMANIA"
    TRACTION = "TRACTION"
    OTHER = "OTHER"


class Scale(Enum):
    """The scale on which a loss is graded."""

    NORWOOD_HAMILTON = "NORWOOD_HAMILTON"
    LUDWIG = "LUDWIG"
    SINCLAIR = "SINCLAIR"
    SALT = "SALT"


class RedFlag(Enum):
    """A sign that calls for referral (DOMAIN 3.3)."""

    LOSS_OF_FOLLICULAR_OPENINGS = "LOSS_OF_FOLLICULAR_OPENINGS"
    PERIFOLLICULAR_SCALE_OR_ERYTHEMA = "PERIFOLLICULAR_SCALE_OR_ERYTHEMA"
    PUSTULES = "PUSTULES"
    PAIN_OR_BURNING = "PAIN_OR_BURNING"
    EYEBROW_LOSS_WITH_FRONTOTEMPORAL_RECESSION = "EYEBROW_LOSS_WITH_FRONTOTEMPORAL_RECESSION"
    RAPID_PATCHY_LOSS = "RAPID_PATCHY_LOSS"
    BOGGY_MASS = "BOGGY_MASS"
    LYMPHADENOPATHY = "LYMPHADENOPATHY"
    BROKEN_HAIRS_OR_BLACK_DOTS = "BROKEN_HAIRS_OR_BLACK_DOTS"
    EXCLAMATION_MARK_HAIRS = "EXCLAMATION_MARK_HAIRS"
    SYSTEMIC_SYMPTOMS = "SYSTEMIC_SYMPTOMS"
    VIRILISATION = "VIRILISATION"


class Suitability(Enum):
    """Whether a patient may be treated, in precedence: the first that any rule fired decides."""

    BLOCKED = "BLOCKED"
    REFER = "REFER"
    DEFERRED = "DEFERRED"
    PHYSICIAN_REVIEW = "PHYSICIAN_REVIEW"
    SUITABLE = "SUITABLE"


class ConsultationState(Enum):
    """Where a consultation stands."""

    OPEN = "OPEN"
    ASSESSED = "ASSESSED"


class TrichoscopySign(Enum):
    """What the lens showed."""

    SHAFT_DIAMETER_VARIATION = "SHAFT_DIAMETER_VARIATION"
    YELLOW_DOTS = "YELLOW_DOTS"
    EXCLAMATION_MARK_HAIRS = "EXCLAMATION_MARK_HAIRS"
    PERIFOLLICULAR_SCALING = "PERIFOLLICULAR_SCALING"


class ScalpView(Enum):
    """From where a photograph was taken."""

    FRONTAL = "FRONTAL"
    VERTEX = "VERTEX"
    TEMPORAL_LEFT = "TEMPORAL_LEFT"
    TEMPORAL_RIGHT = "TEMPORAL_RIGHT"
    OCCIPITAL = "OCCIPITAL"
    TRICHOSCOPIC = "TRICHOSCOPIC"


@dataclass(frozen=True, slots=True)
class PhotoReference:
    """A photograph by its content."""

    digest: bytes
    view: ScalpView
    taken_at: datetime


class ReviewDecision(Enum):
    """What a physician decided of a patient whom the rules leave to them."""

    APPROVED = "APPROVED"
    DECLINED = "DECLINED"


class ReviewReason(Enum):
    """On what ground, as a code; the words are sealed."""

    CONDITION_CONTROLLED = "CONDITION_CONTROLLED"
    SPECIALIST_CLEARED = "SPECIALIST_CLEARED"
    BENEFIT_OUTWEIGHS_RISK = "BENEFIT_OUTWEIGHS_RISK"
    RISK_TOO_HIGH = "RISK_TOO_HIGH"
    MORE_TO_BE_KNOWN = "MORE_TO_BE_KNOWN"


@dataclass(frozen=True, slots=True)
class PullTest:
    """A pull test as it was counted."""

    hairs_pulled: int
    hairs_shed: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What the examination found."""

    diagnosis: Diagnosis
    scale: Scale
    grade_code: str
    red_flags: tuple[RedFlag, ...]
    trichoscopy_done: bool
    pull_test: PullTest | None
    photo_digests: tuple[bytes, ...]
    bdd_positive: Answer
    trichoscopy_signs: tuple[TrichoscopySign, ...] = ()
    photos: tuple[PhotoReference, ...] = ()


@dataclass(frozen=True, slots=True)
class ScreeningAnswer:
    """An answer to one item of the questionnaire."""

    item_code: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class FiredRule:
    """A rule that had something to say, and what would silence it."""

    rule_id: str
    version: str
    effect: Suitability
    item_code: str
    remedy_code: str
    excluded_ingredient_codes: tuple[str, ...]
    unmet_codes: tuple[str, ...] = ()
    source_codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules say of a patient; from `expires_at` on it has to be made anew."""

    suitability: Suitability
    fired_rules: tuple[FiredRule, ...]
    excluded_ingredient_codes: tuple[str, ...]
    rules_version: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SuitabilityReview:
    """A physician's decision on an assessment that leaves it to them."""

    practitioner_id: str
    decision: ReviewDecision
    reason: ReviewReason
    note: SealedText | None
    rules_version: str
    reviewed_at: datetime


@dataclass(frozen=True, slots=True)
class Consultation:
    """One visit of a patient to somebody who examines."""

    consultation_id: str
    state: ConsultationState
    patient_id: str
    clinic_id: str
    practitioner_id: str
    findings: Findings | None
    note: SealedText | None
    questionnaire_version: str
    answers: tuple[ScreeningAnswer, ...]
    assessment: Assessment | None
    opened_at: datetime
    findings_recorded_at: datetime | None
    screening_answered_at: datetime | None
    assessed_at: datetime | None
    # A physician's decision; new findings, answers or a new assessment drop it.
    review: SuitabilityReview | None = None
    # Clinics that its plan was moved to.
    further_clinic_ids: tuple[str, ...] = ()
