"""A grade is one of the scale's, on a scale of the diagnosis; a pull test is positive by a row."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.consultation.errors import GradeUnknown
from services.consult.domain.consultation.grading import (
    PullTestResult,
    PullTestRule,
    Scales,
    pull_test_result,
    refuse_grade,
)
from services.consult.domain.consultation.model import Diagnosis, PullTest, Scale
from tests.unit.consult.samples import SCALES, TODAY, findings

ROMAN = ("I", "II", "III", "III_VERTEX", "IV", "V", "VI", "VII")
GRADES = {
    (Diagnosis.MALE_ANDROGENETIC, Scale.NORWOOD_HAMILTON): ROMAN,
    (Diagnosis.FEMALE_PATTERN, Scale.LUDWIG): ("I", "II", "III"),
    (Diagnosis.FEMALE_PATTERN, Scale.SINCLAIR): ("1", "2", "3", "4", "5"),
    (Diagnosis.ALOPECIA_AREATA, Scale.SALT): ("0", "1", "35", "99", "100"),
}
NO_GRADES = {
    (Diagnosis.MALE_ANDROGENETIC, Scale.NORWOOD_HAMILTON): ("VIII", "3", "II_VERTEX", "0"),
    (Diagnosis.FEMALE_PATTERN, Scale.LUDWIG): ("IV", "1"),
    (Diagnosis.FEMALE_PATTERN, Scale.SINCLAIR): ("0", "6", "II"),
    (Diagnosis.ALOPECIA_AREATA, Scale.SALT): ("101", "035", "00", "III", "3_5", "²", "٣"),
}
RULE = PullTestRule("PULL-TEST", "1", 100, 6, ("R105",), date(2026, 1, 1), None, "SAMPLE-UNSIGNED")


@pytest.mark.parametrize(
    ("diagnosis", "scale", "grade"),
    [(*key, grade) for key, grades in GRADES.items() for grade in grades],
)
def test_a_grade_of_the_diagnosis_s_scale_is_taken(
    diagnosis: Diagnosis, scale: Scale, grade: str
) -> None:
    refuse_grade(findings(diagnosis=diagnosis, scale=scale, grade_code=grade), SCALES)


@pytest.mark.parametrize(
    ("diagnosis", "scale", "grade"),
    [(*key, grade) for key, grades in NO_GRADES.items() for grade in grades],
)
def test_what_the_scale_does_not_have_is_refused(
    diagnosis: Diagnosis, scale: Scale, grade: str
) -> None:
    with pytest.raises(GradeUnknown) as refused:
        refuse_grade(findings(diagnosis=diagnosis, scale=scale, grade_code=grade), SCALES)
    [violation] = refused.value.violations
    assert (violation.kind, violation.subject) == ("GRADE", "findings.grade_code")
    assert violation.description.startswith(f"{grade} is no grade")


GRADED = {diagnosis for diagnosis, _ in GRADES}
STRANGE = [(each, scale) for each in Diagnosis for scale in Scale if (each, scale) not in GRADES]


@pytest.mark.parametrize(("diagnosis", "scale"), [pair for pair in STRANGE if pair[0] in GRADED])
def test_a_diagnosis_is_graded_on_its_own_scales_only(diagnosis: Diagnosis, scale: Scale) -> None:
    with pytest.raises(GradeUnknown) as refused:
        refuse_grade(findings(diagnosis=diagnosis, scale=scale, grade_code="I"), SCALES)
    [violation] = refused.value.violations
    assert (violation.kind, violation.subject) == ("SCALE", "findings.scale")
    assert violation.description.startswith(scale.value)


@pytest.mark.parametrize(
    ("diagnosis", "scale"), [pair for pair in STRANGE if pair[0] not in GRADED]
)
def test_a_diagnosis_without_a_scale_of_its_own_takes_any(
    diagnosis: Diagnosis, scale: Scale
) -> None:
    [grades] = [grades for (_, graded), grades in GRADES.items() if graded is scale]
    refuse_grade(findings(diagnosis=diagnosis, scale=scale, grade_code=grades[0]), SCALES)
    with pytest.raises(GradeUnknown):
        refuse_grade(findings(diagnosis=diagnosis, scale=scale, grade_code="IX"), SCALES)


def test_without_scales_no_grade_is_known() -> None:
    with pytest.raises(GradeUnknown):
        refuse_grade(findings(), Scales("v", "s", (), ()))


@pytest.mark.parametrize(
    ("pulled", "shed", "result"),
    [
        (60, 0, PullTestResult.NEGATIVE),
        (60, 5, PullTestResult.NEGATIVE),
        (60, 6, PullTestResult.POSITIVE),
        (40, 4, PullTestResult.NEGATIVE),
        (40, 5, PullTestResult.POSITIVE),
        (1, 1, PullTestResult.POSITIVE),
        (200, 6, PullTestResult.POSITIVE),
    ],
)
def test_over_a_tenth_or_six_hairs_is_positive(
    pulled: int, shed: int, result: PullTestResult
) -> None:
    assert pull_test_result(PullTest(pulled, shed), RULE) is result


def test_the_sample_set_has_that_row() -> None:
    assert SCALES.pull_test(TODAY) == RULE


def test_without_a_test_or_a_row_nothing_is_said() -> None:
    assert pull_test_result(None, RULE) is PullTestResult.ABSENT
    assert pull_test_result(PullTest(60, 60), None) is PullTestResult.UNKNOWN


@given(st.integers(1, 1_000), st.data())
def test_more_hairs_shed_never_make_a_test_negative(pulled: int, data: st.DataObject) -> None:
    shed = data.draw(st.integers(0, pulled - 1))
    if pull_test_result(PullTest(pulled, shed), RULE) is PullTestResult.POSITIVE:
        assert pull_test_result(PullTest(pulled, shed + 1), RULE) is PullTestResult.POSITIVE
