"""The grades that each scale has, and what counts as a positive pull test."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from services.chassis.kernel import Violation
from services.consult.domain.consultation.errors import GradeUnknown
from services.consult.domain.consultation.model import Diagnosis, Findings, PullTest, Scale
from services.consult.domain.dating import rows_of


class PullTestResult(Enum):
    """What a pull test says."""

    POSITIVE = "POSITIVE"
    NEGATIVE = "NEGATIVE"
    # Pulled, but no row says what counts.
    UNKNOWN = "UNKNOWN"
    ABSENT = "ABSENT"


@dataclass(frozen=True, slots=True)
class GradeScale:
    """The grades of one scale: listed, or the whole numbers from `lowest` to `highest`."""

    scale: Scale
    version: str
    diagnoses: tuple[Diagnosis, ...]
    grades: tuple[str, ...]
    lowest: int | None
    highest: int | None
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str

    def has(self, grade_code: str) -> bool:
        """Tell whether `grade_code` is a grade, written as the scale writes it."""
        if self.lowest is None or self.highest is None:
            return grade_code in self.grades
        whole = grade_code.isascii() and grade_code.isdecimal()
        written = whole and str(int(grade_code)) == grade_code
        return written and self.lowest <= int(grade_code) <= self.highest


@dataclass(frozen=True, slots=True)
class PullTestRule:
    """Over which share, or from which number of shed hairs on, a pull test is positive."""

    rule_code: str
    version: str
    positive_share_thousandths: int
    positive_shed: int
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class Scales:
    """All scales, and the rows by which pull tests are read."""

    version: str
    signed_by_code: str
    scales: tuple[GradeScale, ...]
    pull_tests: tuple[PullTestRule, ...]

    def on(self, day: date) -> "Scales":
        """Return the scales and the pull test's row of `day`."""
        return replace(
            self, scales=rows_of(day, self.scales), pull_tests=rows_of(day, self.pull_tests)
        )

    def pull_test(self, day: date) -> PullTestRule | None:
        """Return by what a pull test is read on `day`; None where no row says it."""
        return next(iter(rows_of(day, self.pull_tests)), None)

    def grading(self, diagnosis: Diagnosis) -> Sequence[GradeScale]:
        """Return the scales of `diagnosis`: a diagnosis without one of its own takes any."""
        own = [row for row in self.scales if diagnosis in row.diagnoses]
        return own or self.scales


def refuse_grade(findings: Findings, scales: Scales) -> None:
    """Refuse a scale that does not grade the diagnosis, and a grade that the scale lacks."""
    graded_by = [row for row in scales.grading(findings.diagnosis) if row.scale is findings.scale]
    if not graded_by:
        said = f"{findings.scale.value} does not grade {findings.diagnosis.value}"
        raise GradeUnknown(violations=[Violation("SCALE", "findings.scale", said)])
    if not any(row.has(findings.grade_code) for row in graded_by):
        said = f"{findings.grade_code} is no grade of {findings.scale.value}"
        raise GradeUnknown(violations=[Violation("GRADE", "findings.grade_code", said)])


def pull_test_result(pull_test: PullTest | None, rule: PullTestRule | None) -> PullTestResult:
    """Return what a pull test says: more than a share, or a number of hairs (DOMAIN 5 [R105])."""
    if pull_test is None:
        return PullTestResult.ABSENT
    if rule is None:
        return PullTestResult.UNKNOWN
    share = pull_test.hairs_shed * 1_000 > pull_test.hairs_pulled * rule.positive_share_thousandths
    if share or pull_test.hairs_shed >= rule.positive_shed:
        return PullTestResult.POSITIVE
    return PullTestResult.NEGATIVE
