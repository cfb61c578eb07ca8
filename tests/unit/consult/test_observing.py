"""What is seen of a record on a day: dated values age, and what was not asked is not known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.consultation.model import (
    Findings,
    PhotoReference,
    PullTest,
    ScalpView,
    ScreeningAnswer,
    TrichoscopySign,
)
from services.consult.domain.consultation.observing import BODY_WEIGHT, FERTILITY_ASKED
from services.consult.domain.consultation.screening import Topic
from services.consult.domain.formulary.model import Policy
from services.consult.domain.patient.clinical import (
    Answer,
    BodyWeight,
    Coding,
    Fertility,
    History,
    LabResult,
    Therapy,
    TherapyKind,
)
from tests.unit.consult.samples import (
    FINDINGS,
    HISTORY,
    NOW,
    RULES,
    TODAY,
    findings,
    patient,
    policy,
)
from tests.unit.consult.sights import seen

TEST = "PREGNANCY_TEST"
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
CHEMOTHERAPY = Coding("http://snomed.info/sct", "108761006")


def result(positive: Answer | None = Answer.NO, day: date = TODAY, code: str = TEST) -> LabResult:
    return LabResult(code, None, "", positive, day)


def lab(numbers: Policy, *results: LabResult, code: str = TEST) -> str:
    sight = seen(patient(history=replace(HISTORY, labs=results)), numbers=numbers)
    return sight.observed[Topic.LAB, code]


@pytest.mark.parametrize(
    ("results", "value"),
    [
        ((), "MISSING"),
        ((result(day=TOMORROW + timedelta(days=1)),), "MISSING"),
        # In Auckland tomorrow has begun, and what was tested there this morning counts.
        ((result(day=TOMORROW),), "NEGATIVE"),
        ((result(), result(Answer.YES, TOMORROW)), "POSITIVE"),
        ((result(),), "NEGATIVE"),
        ((result(Answer.YES),), "POSITIVE"),
        ((result(Answer.UNKNOWN),), "UNKNOWN"),
        ((result(day=YESTERDAY),), "NEGATIVE"),
        ((result(day=TODAY - timedelta(days=2)),), "AGED"),
        ((result(Answer.YES, YESTERDAY), result()), "NEGATIVE"),
        ((result(), result(Answer.YES, YESTERDAY)), "NEGATIVE"),
        ((result(), result(Answer.YES)), "POSITIVE"),
        ((result(Answer.UNKNOWN), result()), "UNKNOWN"),
        ((result(), result(Answer.YES, TOMORROW + timedelta(days=1))), "NEGATIVE"),
    ],
)
def test_the_last_result_counts_while_it_is_young_enough(
    results: tuple[LabResult, ...], value: str
) -> None:
    assert lab(policy(), *results) == value


def test_a_result_without_a_verdict_is_only_there() -> None:
    dose = LabResult(TEST, 70_000, "ug/L", None, TODAY)
    assert lab(policy(), dose) == "PRESENT"


def test_a_result_whose_days_nobody_signed_counts_for_none() -> None:
    assert lab(policy(lab_validities=()), result()) == "AGED"
    assert lab(policy(), result(code="PSA"), code="PSA") == "AGED"


@pytest.mark.parametrize(
    ("measured_on", "numbers", "value"),
    [
        (None, policy(), "MISSING"),
        (TOMORROW + timedelta(days=1), policy(), "MISSING"),
        (TOMORROW, policy(), "PRESENT"),
        (TODAY, policy(), "PRESENT"),
        (TODAY - timedelta(days=60), policy(), "PRESENT"),
        (TODAY - timedelta(days=61), policy(), "AGED"),
        (TODAY, policy(weight_valid_days=None), "AGED"),
    ],
)
def test_a_body_weight_counts_while_it_is_young_enough(
    measured_on: date | None, numbers: Policy, value: str
) -> None:
    weighed = BodyWeight(70_000, measured_on) if measured_on else None
    sight = seen(patient(history=replace(HISTORY, weight=weighed)), numbers=numbers)
    assert sight.observed[BODY_WEIGHT] == value


@given(st.integers(1, 400), st.integers(0, 400))
def test_what_ages_says_on_every_day_what_it_was_seen_to_say_by_then(valid: int, age: int) -> None:
    weighed = replace(HISTORY, weight=BodyWeight(70_000, TODAY))
    numbers = policy(weight_valid_days=valid)
    later = TODAY + timedelta(days=age)
    now, then = (seen(patient(history=weighed), numbers=numbers, day=d) for d in (TODAY, later))
    assert now.by(later)[BODY_WEIGHT] == then.observed[BODY_WEIGHT]
    assert (then.observed[BODY_WEIGHT] == "PRESENT") == (age <= valid)


def test_children_to_come_that_nobody_asked_about() -> None:
    for asked in (None, Fertility(None, None, None, None)):
        observed = seen(patient(history=replace(HISTORY, fertility=asked))).observed
        assert {observed[Topic.FERTILITY, name] for name in FERTILITY_ASKED} == {"NOT_ASKED"}


def test_children_to_come_as_they_were_asked_about() -> None:
    asked = Fertility(Answer.NO, Answer.UNKNOWN, Answer.YES, None)
    observed = seen(patient(history=replace(HISTORY, fertility=asked))).observed
    said = [observed[Topic.FERTILITY, name] for name in FERTILITY_ASKED]
    assert said == ["NO", "UNKNOWN", "YES", "NOT_ASKED"]


@pytest.mark.parametrize(
    ("started_on", "ended_on", "counts"),
    [
        (TODAY, None, True),
        (YESTERDAY, TODAY, True),
        (YESTERDAY - timedelta(days=9), YESTERDAY, False),
        (TOMORROW, None, False),
    ],
)
def test_a_therapy_counts_while_it_lasts(
    started_on: date, ended_on: date | None, counts: bool
) -> None:
    therapy = Therapy("t", TherapyKind.ORAL, CHEMOTHERAPY, started_on, ended_on)
    observed = seen(patient(therapies=(therapy,))).observed
    assert ((Topic.THERAPY, "CHEMOTHERAPY") in observed) == counts


PHOTO = PhotoReference(b"\x02" * 32, ScalpView.VERTEX, NOW)


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (findings(photo_digests=()), "ABSENT"),
        (findings(photo_digests=(), photos=(PHOTO,)), "PRESENT"),
        (FINDINGS, "PRESENT"),
    ],
)
def test_photographs_are_there_by_either_list(found: Findings, value: str) -> None:
    assert seen(patient(), found).observed[Topic.FINDING, "PHOTOGRAPHS"] == value


@pytest.mark.parametrize(
    ("found", "value"),
    [
        (findings(trichoscopy_done=False, pull_test=None), "ABSENT"),
        (findings(trichoscopy_done=False), "PRESENT"),
        (findings(pull_test=None), "PRESENT"),
        (
            findings(
                trichoscopy_done=False,
                pull_test=None,
                trichoscopy_signs=(TrichoscopySign.SHAFT_DIAMETER_VARIATION,),
            ),
            "PRESENT",
        ),
    ],
)
def test_the_hair_was_looked_at_closely_through_a_lens_or_by_pulling(
    found: Findings, value: str
) -> None:
    assert seen(patient(), found).observed[Topic.FINDING, "TRICHOSCOPY_OR_PULL_TEST"] == value


@pytest.mark.parametrize("sign", TrichoscopySign)
def test_each_sign_of_the_lens_is_seen_by_its_name(sign: TrichoscopySign) -> None:
    observed = seen(patient(), findings(trichoscopy_signs=(sign,))).observed
    present = {
        each
        for each in TrichoscopySign
        if observed[Topic.FINDING, f"TRICHOSCOPY_{each.value}"] == "PRESENT"
    }
    assert present == {sign}


@pytest.mark.parametrize(
    ("pull_test", "value"),
    [(None, "ABSENT"), (PullTest(60, 3), "NEGATIVE"), (PullTest(60, 6), "POSITIVE")],
)
def test_a_pull_test_is_seen_as_its_row_reads_it(pull_test: PullTest | None, value: str) -> None:
    observed = seen(patient(), findings(pull_test=pull_test)).observed
    assert observed[Topic.FINDING, "PULL_TEST"] == value


@pytest.mark.parametrize(
    ("numbers", "value"),
    [
        (policy(), "CLOSED"),
        (policy(five_ari_with_pregnancy_potential=True), "OPEN"),
    ],
)
def test_what_the_chain_opened_is_seen(numbers: Policy, value: str) -> None:
    assert seen(patient(), numbers=numbers).observed[Topic.POLICY, "FIVE_ARI"] == value


def test_what_an_older_questionnaire_did_not_ask_is_not_known() -> None:
    said = (ScreeningAnswer("GALLSTONES", Answer.NO),)
    observed = seen(patient(), said=said).observed
    asked = RULES.subjects(Topic.ANSWER)
    unknown = {code for code in asked if observed[Topic.ANSWER, code] == "UNKNOWN"}
    assert unknown == asked - {"GALLSTONES"}


CODED = {Topic.ALLERGY, Topic.CONDITION, Topic.MEDICATION, Topic.THERAPY}


def test_every_row_of_the_sample_set_names_something_that_can_be_seen() -> None:
    sight = seen(patient())
    watched = [each for rule in RULES.rules for each in (*rule.watched, *rule.unless)]
    seen_by_name = {(each.topic, each.subject) for each in watched if each.topic not in CODED}
    assert seen_by_name <= set(sight.observed)
    coded = {each.subject for each in watched if each.topic in CODED}
    assert coded <= {coding.concept for coding in RULES.codings}


def test_what_nobody_weighed_or_tested_has_no_end() -> None:
    assert seen(patient(history=History((), (), (), Answer.NO, Answer.NO))).ends == {}
