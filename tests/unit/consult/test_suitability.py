"""Properties of the table: a total precedence, no order of rows, an answer that says its end."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.consultation.model import Assessment, Suitability
from services.consult.domain.consultation.screening import (
    PRECEDENCE,
    Condition,
    RuleSet,
    Sight,
    SuitabilityRule,
    Topic,
    answer,
    strictest,
)
from services.consult.domain.formulary.model import LabValidity
from services.consult.domain.patient.clinical import (
    Answer,
    BodyWeight,
    Fertility,
    History,
    LabResult,
)
from services.consult.domain.patient.model import PregnancyPotential
from tests.unit.consult.samples import HISTORY, NOW, RULES, TODAY, patient, policy
from tests.unit.consult.sights import seen

VALUES = ("YES", "NO", "AGED")
SUBJECTS = ("A", "B", "C")
UNTIL = NOW + timedelta(days=6)
BOUND = (
    Suitability.BLOCKED,
    Suitability.REFER,
    Suitability.DEFERRED,
    Suitability.PHYSICIAN_REVIEW,
    Suitability.SUITABLE,
)

conditions = st.builds(
    Condition,
    topic=st.just(Topic.LAB),
    subject=st.sampled_from(SUBJECTS),
    values=st.lists(st.sampled_from(VALUES), min_size=1, unique=True).map(tuple),
)
several = st.lists(conditions, max_size=2, unique_by=lambda each: each.subject).map(tuple)
rules = st.builds(
    SuitabilityRule,
    rule_id=st.uuids().map(str),
    version=st.just("1"),
    topic=st.just(Topic.LAB),
    subject=st.sampled_from(SUBJECTS),
    values=st.lists(st.sampled_from(VALUES), min_size=1, unique=True).map(tuple),
    effect=st.sampled_from(Suitability),
    remedy_code=st.just(""),
    excluded_ingredient_codes=st.lists(st.sampled_from(("x", "y", "z")), unique=True).map(tuple),
    source_codes=st.just(("D",)),
    effective_from=st.just(TODAY),
    effective_until=st.none(),
    signed_by_code=st.just("S"),
    also=several,
    unless=several,
)
tables = st.lists(rules, max_size=8, unique_by=lambda each: each.rule_id)
sights = st.builds(
    lambda values, ends: Sight(
        {(Topic.LAB, subject): value for subject, value in values.items()},
        {(Topic.LAB, subject): TODAY + timedelta(days=days) for subject, days in ends.items()},
    ),
    st.dictionaries(st.sampled_from(SUBJECTS), st.sampled_from(VALUES)),
    st.dictionaries(st.sampled_from(SUBJECTS), st.integers(1, 9)),
)


def rule_set(rows: Iterable[SuitabilityRule]) -> RuleSet:
    return RuleSet("v", "s", tuple(rows), ())


def assess(rows: Iterable[SuitabilityRule], sight: Sight) -> Assessment:
    return rule_set(rows).assess(sight, UNTIL, "v")


def test_the_precedence_is_total() -> None:
    assert PRECEDENCE == BOUND
    assert set(PRECEDENCE) == set(Suitability)


@given(st.lists(st.sampled_from(Suitability)))
def test_the_strictest_effect_decides(effects: list[Suitability]) -> None:
    wanted = next((each for each in BOUND if each in effects), Suitability.SUITABLE)
    assert strictest(effects) is wanted


@given(st.lists(st.sampled_from(Suitability)), st.lists(st.sampled_from(Suitability)))
def test_the_strictest_of_parts_is_the_strictest_of_all(
    some: list[Suitability], others: list[Suitability]
) -> None:
    assert strictest([strictest(some), strictest(others)]) is strictest([*others, *some])


@given(tables, sights, st.data())
def test_the_order_of_the_rows_changes_nothing(
    rows: list[SuitabilityRule], sight: Sight, data: st.DataObject
) -> None:
    assert assess(data.draw(st.permutations(rows)), sight) == assess(rows, sight)


@given(tables, sights)
def test_every_rule_that_fired_is_told_with_its_version_and_sources(
    rows: list[SuitabilityRule], sight: Sight
) -> None:
    told = {rule.rule_id: rule for rule in assess(rows, sight).fired_rules}
    fired = {rule.rule_id: rule for rule in rows if rule.fires_on(sight.observed)}
    assert told.keys() == fired.keys()
    for rule_id, rule in fired.items():
        assert told[rule_id].version == rule.version
        assert told[rule_id].source_codes == rule.source_codes
        assert told[rule_id].excluded_ingredient_codes == rule.excluded_ingredient_codes


@given(tables, rules, sights)
def test_a_row_more_never_allows_more(
    rows: list[SuitabilityRule], another: SuitabilityRule, sight: Sight
) -> None:
    before, after = assess(rows, sight), assess([*rows, another], sight)
    assert PRECEDENCE.index(after.suitability) <= PRECEDENCE.index(before.suitability)
    assert set(after.excluded_ingredient_codes) >= set(before.excluded_ingredient_codes)


@given(tables, sights)
def test_were_all_that_is_unmet_so_the_rule_would_be_silent(
    rows: list[SuitabilityRule], sight: Sight
) -> None:
    told = {rule.rule_id: rule.unmet_codes for rule in assess(rows, sight).fired_rules}
    for rule in (each for each in rows if each.rule_id in told):
        unmet = [each for each in rule.unless if each.code in told[rule.rule_id]]
        assert bool(unmet) == bool(rule.unless)
        met = {(each.topic, each.subject): each.values[0] for each in unmet}
        assert rule.unless == () or not rule.fires_on({**sight.observed, **met})


@given(tables, sights)
def test_until_its_end_the_answer_stays_what_it_is(
    rows: list[SuitabilityRule], sight: Sight
) -> None:
    found, held = assess(rows, sight), rule_set(rows)
    said = (found.suitability, found.excluded_ingredient_codes)
    assert found.expires_at <= UNTIL
    turns = []
    for days in range(12):
        day = TODAY + timedelta(days=days)
        if answer(held.fired(sight.by(day))) != said:
            turns.append(datetime.combine(day, time(), UTC))
    assert found.expires_at == min([UNTIL, *turns])


READY = replace(
    HISTORY,
    fertility=Fertility(Answer.NO, Answer.NO, Answer.YES, Answer.YES),
    labs=(LabResult("PREGNANCY_TEST", None, "", Answer.NO, TODAY),),
)
FIVE_ARI = ("dutasteride", "finasteride")


def asked(contraception: Answer | None, undertaking: Answer | None) -> History:
    fertility = Fertility(Answer.NO, Answer.NO, contraception, undertaking)
    return replace(READY, fertility=fertility)


UNMET = {
    "POLICY/FIVE_ARI": READY,
    "FERTILITY/CONTRACEPTION": asked(Answer.UNKNOWN, Answer.YES),
    "FERTILITY/POST_DOSE_UNDERTAKING": asked(Answer.YES, None),
    "LAB/PREGNANCY_TEST": replace(READY, labs=()),
}


def five_ari(history: History, opened: bool) -> Assessment:
    """Assess somebody who can become pregnant (DOMAIN 10 rule 4)."""
    who = patient(pregnancy_potential=PregnancyPotential.ASKED_YES, history=history)
    sight = seen(who, numbers=policy(five_ari_with_pregnancy_potential=opened))
    return RULES.assess(sight, UNTIL, RULES.version)


@pytest.mark.parametrize("code", UNMET)
def test_a_5_ari_is_kept_while_a_condition_is_unmet_and_the_answer_names_it(code: str) -> None:
    found = five_ari(UNMET[code], opened=code != "POLICY/FIVE_ARI")
    assert found.excluded_ingredient_codes == FIVE_ARI
    [fired] = found.fired_rules
    assert fired.unmet_codes == (code,)


def test_a_5_ari_is_opened_by_policy_contraception_undertaking_and_a_fresh_negative_test() -> None:
    found = five_ari(READY, opened=True)
    assert (found.suitability, found.fired_rules) == (Suitability.SUITABLE, ())


@pytest.mark.parametrize(
    ("valid_days", "age_days", "counts"),
    [(1, 0, True), (1, 1, True), (1, 2, False), (30, 30, True), (30, 31, False), (None, 0, False)],
)
def test_a_rule_counts_a_test_and_a_weight_while_they_are_young_enough(
    valid_days: int | None, age_days: int, counts: bool
) -> None:
    """What is older than the chain signed, or has no days signed, is as if nobody had it."""
    day = TODAY - timedelta(days=age_days)
    negative = LabResult("PREGNANCY_TEST", None, "", Answer.NO, day)
    known = replace(HISTORY, labs=(negative,), weight=BodyWeight(70_000, day))
    validities = (LabValidity("PREGNANCY_TEST", valid_days),) if valid_days else ()
    numbers = policy(weight_valid_days=valid_days, lab_validities=validities)
    sight = seen(patient(history=known), numbers=numbers)
    watched = [(Topic.LAB, "PREGNANCY_TEST", "NEGATIVE"), (Topic.WEIGHT, "BODY_WEIGHT", "PRESENT")]
    for topic, subject, value in watched:
        wants = replace(
            RULES.rules[0],
            topic=Topic.PATIENT,
            subject="VITAL_STATUS",
            values=("ALIVE",),
            unless=(Condition(topic, subject, (value,)),),
        )
        held = replace(RULES, rules=(wants,))
        assert (held.fired(sight.observed) == ()) is counts


def test_what_rests_on_a_test_ends_with_the_test() -> None:
    assert five_ari(READY, opened=True).expires_at == datetime.combine(
        TODAY + timedelta(days=2), time(), UTC
    )
    assert five_ari(READY, opened=False).expires_at == UNTIL
