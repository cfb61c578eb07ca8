"""The grades that each scale has, and what counts as a positive pull test."""

from dataclasses import dataclass

from services.consult.domain.consultation.model import Diagnosis, Scale


@dataclass(frozen=True, slots=True)
class GradeScale:
    """The grades of one scale: listed, or the whole numbers from `lowest` to `highest`."""

    scale: Scale
    diagnoses: tuple[Diagnosis, ...]
    grades: tuple[str, ...]
    lowest: int | None
    highest: int | None
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PullTestRule:
    """From which share or number of shed hairs a pull test is positive."""

    positive_share_thousandths: int
    positive_shed: int
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scales:
    """All scales."""

    version: str
    signed_by_code: str
    scales: tuple[GradeScale, ...]
    pull_test: PullTestRule | None
