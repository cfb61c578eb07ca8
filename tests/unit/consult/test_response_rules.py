"""Who has responded, and what follows of it: each named rule both met and not met (DOMAIN 5)."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.response.model import (
    AssessorKind,
    Measure,
    NotedOutcome,
    Outcome,
    ResponseVerdict,
)
from services.consult.domain.response.rules import (
    BEFORE_REVIEW,
    NO_RULE,
    NOT_MEASURED,
    Judgement,
    judged,
)
from services.consult.reference.loader import reference
from tests.unit.consult.samples import TODAY

DENSITY = Measure.TERMINAL_HAIR_DENSITY_PER_SQUARE_CM
PHOTOGRAPHS = Measure.GLOBAL_PHOTOGRAPHIC_ASSESSMENT
TREATING = AssessorKind.TREATING_PRACTITIONER
INDEPENDENT = AssessorKind.INDEPENDENT
BLINDED = AssessorKind.BLINDED
RULES = reference().response_rules.in_force(TODAY)
CONTINUE, AMEND = ResponseVerdict.CONTINUE, ResponseVerdict.AMEND
MAINTENANCE, STOP = ResponseVerdict.MAINTENANCE, ResponseVerdict.STOP_NO_RESPONSE
NOT_ASSESSABLE = ResponseVerdict.NOT_ASSESSABLE


def measured(
    week: int, thousandths: int, measure: Measure = DENSITY, assessor: AssessorKind = TREATING
) -> NotedOutcome:
    return NotedOutcome(f"{measure.name}-{week}", Outcome(measure, thousandths, week), assessor)


BASELINE = measured(0, 161_000)

PERCENT, PER_CM2 = "DENSITY-UP-10-PERCENT", "DENSITY-UP-10-PER-CM2"
BETTER, MARKED = "PHOTOGRAPHS-BETTER", "PHOTOGRAPHS-MARKEDLY-BETTER"


@pytest.mark.parametrize(
    ("noted", "met"),
    [
        # +10 per cm2, and one thousandth less; of 161 that is under ten per cent.
        ([BASELINE, measured(12, 171_000)], (PER_CM2,)),
        ([BASELINE, measured(12, 170_999)], ()),
        # +10 %, and one thousandth less; of 60 that is under ten per cm2.
        ([measured(0, 60_000), measured(12, 66_000)], (PERCENT,)),
        ([measured(0, 60_000), measured(12, 65_999)], ()),
        ([BASELINE, measured(12, 178_000)], (PERCENT, PER_CM2)),
        # Fewer hairs.
        ([BASELINE, measured(12, 150_000)], ()),
        # Seven points: by somebody who did not treat.
        ([measured(12, 1_000, PHOTOGRAPHS, INDEPENDENT)], (BETTER,)),
        ([measured(12, 1_000, PHOTOGRAPHS, BLINDED)], (BETTER,)),
        ([measured(12, 0, PHOTOGRAPHS, BLINDED)], ()),
        ([measured(12, 2_000, PHOTOGRAPHS, INDEPENDENT)], (BETTER, MARKED)),
        # Of two of one week the one noted later; of two weeks the later week.
        ([BASELINE, measured(12, 171_000), measured(12, 160_000)], ()),
        ([BASELINE, measured(14, 171_000), measured(12, 160_000)], (PER_CM2,)),
    ],
)
def test_a_responder_meets_one_of_the_rules(
    noted: list[NotedOutcome], met: tuple[str, ...]
) -> None:
    last = "WEEK-12-RESPONDER" if met else "WEEK-12-NO-RESPONSE"
    verdict = CONTINUE if met else AMEND
    assert judged(RULES, noted, 12, False) == Judgement(verdict, (*met, last))


@pytest.mark.parametrize(
    ("review", "responder", "induction_over", "verdict", "rule_code"),
    [
        (12, True, False, CONTINUE, "WEEK-12-RESPONDER"),
        (12, True, True, CONTINUE, "WEEK-12-RESPONDER"),
        (12, False, False, AMEND, "WEEK-12-NO-RESPONSE"),
        (12, False, True, AMEND, "WEEK-12-NO-RESPONSE"),
        (24, True, False, CONTINUE, "WEEK-24-RESPONDER"),
        (24, True, True, MAINTENANCE, "WEEK-24-INDUCTION-OVER"),
        (24, False, False, STOP, "WEEK-24-NO-RESPONSE"),
        (24, False, True, STOP, "WEEK-24-NO-RESPONSE"),
    ],
)
def test_a_verdict_follows_from_the_review(
    review: int, responder: bool, induction_over: bool, verdict: ResponseVerdict, rule_code: str
) -> None:
    noted = [measured(review, 1_000 if responder else 0, PHOTOGRAPHS, BLINDED)]
    found = judged(RULES, noted, review, induction_over)
    assert (found.verdict, found.rule_codes[-1]) == (verdict, rule_code)


@pytest.mark.parametrize(
    "noted",
    [
        [],
        [BASELINE],
        # Without a baseline there is no change.
        [measured(12, 171_000)],
        # The one who treats does not judge the pictures.
        [measured(12, 3_000, PHOTOGRAPHS, TREATING)],
        # Before its review's week.
        [BASELINE, measured(11, 200_000)],
        # Of the next review.
        [BASELINE, measured(24, 200_000)],
        # Nothing that a rule looks at.
        [measured(12, 9_000, Measure.PATIENT_SATISFACTION, AssessorKind.PATIENT)],
    ],
)
def test_without_a_measure_nothing_can_be_said(noted: list[NotedOutcome]) -> None:
    assert judged(RULES, noted, 12, False) == Judgement(NOT_ASSESSABLE, (NOT_MEASURED,))


def test_before_the_first_review_nothing_can_be_said() -> None:
    noted = [BASELINE, measured(5, 200_000)]
    assert judged(RULES, noted, None, False) == Judgement(NOT_ASSESSABLE, (BEFORE_REVIEW,))


def test_a_review_without_a_rule_says_so() -> None:
    noted = [BASELINE, measured(12, 200_000)]
    bare = reference().response_rules.in_force(date(2020, 1, 1))
    assert judged(bare, noted, 12, False) == Judgement(NOT_ASSESSABLE, (NOT_MEASURED,))
    assert bare.review_weeks == ()
    unsaid = replace(RULES, verdicts=())
    assert judged(unsaid, noted, 12, False).rule_codes[-1] == NO_RULE


@pytest.mark.parametrize(
    ("week", "review"), [(0, None), (11, None), (12, 12), (23, 12), (24, 24), (60, 24)]
)
def test_a_measure_counts_for_the_review_of_its_week_or_the_last(
    week: int, review: int | None
) -> None:
    assert RULES.review_of(week) == review


@given(st.integers(1, 400_000), st.integers(-400_000, 400_000), st.integers(0, 50_000))
def test_more_hair_never_makes_a_worse_verdict(before: int, moved: int, more: int) -> None:
    def verdict(after: int) -> ResponseVerdict:
        return judged(RULES, [measured(0, before), measured(24, after)], 24, True).verdict

    if verdict(before + moved) is MAINTENANCE:
        assert verdict(before + moved + more) is MAINTENANCE


def test_the_sample_is_whole() -> None:
    held = reference().response_rules
    assert held.said == f"LOCAL-DEFINITION/{held.version}"
    assert held.review_weeks == (12, 24)
    cases = [(r, b, i) for r in held.review_weeks for b in (True, False) for i in (True, False)]
    for review, responder, over in cases:
        [one] = [v for v in RULES.verdicts if v.applies(review, responder, over)]
        assert one.source_codes
    codes = [row.rule_code for row in held.responders]
    codes += [row.rule_code for row in held.verdicts]
    assert len(set(codes)) == len(codes)
    assert all(row.source_codes for row in held.responders)
    assert all(trial.figure.source_codes for trial in held.trials)


def test_the_figures_of_the_cited_trials_are_those_that_were_read() -> None:
    [abdallah] = [f for f in RULES.figures(DENSITY) if f.figure_code.startswith("ABDALLAH")]
    assert (abdallah.week, abdallah.value_thousandths, abdallah.control_value_thousandths) == (
        12,
        7_730,
        -170,
    )
    [lee] = [f for f in RULES.figures(DENSITY) if f.figure_code.startswith("LEE")]
    assert (lee.week, lee.value_thousandths, lee.sd_thousandths, lee.n) == (
        None,
        17_900,
        13_200,
        20,
    )
    assert RULES.figures(Measure.SALT_SCORE) == ()
