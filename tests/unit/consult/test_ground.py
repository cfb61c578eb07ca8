"""What a cocktail is held against: the rows of the day, and what is kept from this patient."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar, cast

import pytest

from services.chassis.handling import Aggregate
from services.consult.domain.consultation.model import (
    Assessment,
    Consultation,
    FiredRule,
    Suitability,
)
from services.consult.domain.formulary.model import Changes, LabValidity, Policy, formulary_of
from services.consult.domain.formulary.rows import version_on
from services.consult.domain.patient.clinical import (
    Answer,
    BodyWeight,
    Coding,
    Fertility,
    History,
    LabResult,
)
from services.consult.domain.patient.model import Patient, PregnancyPotential
from services.consult.handlers.formulary import FORMULARY, changes_of, policy_of
from services.consult.handlers.ground import fired_since, ground_on
from services.consult.reference.loader import reference
from tests.unit.consult.samples import (
    CHAIN,
    HISTORY,
    RULES,
    TODAY,
    assessment,
    clinic,
    consultation,
    patient,
)
from tests.unit.consult.signing import NOTHING, ingredient_row, policy

ReadT = TypeVar("ReadT")

ASSESSED_ON = TODAY - timedelta(days=1)
CONDITIONS = Fertility(
    planning_pregnancy=Answer.NO,
    planning_to_father=None,
    contraception=Answer.YES,
    post_dose_undertaking=Answer.YES,
)
NEGATIVE = LabResult("PREGNANCY_TEST", None, "", Answer.NO, ASSESSED_ON)
NEWER = replace(NEGATIVE, measured_on=TODAY)
MET = replace(HISTORY, fertility=CONDITIONS, labs=(NEGATIVE,))
RULE = "5-ARI-PREGNANCY-POTENTIAL"


def opened(begins: date = ASSESSED_ON, opens: bool = True) -> Policy:
    """Return numbers under which such an inhibitor may, or may not, be given on conditions."""
    return policy(
        effective_from=begins,
        five_ari_with_pregnancy_potential=opens,
        lab_validities=(LabValidity("PREGNANCY_TEST", 7),),
    )


def woman(history: History = MET) -> Patient:
    """Return somebody who can become pregnant, and meets the conditions."""
    return patient(pregnancy_potential=PregnancyPotential.ASKED_YES, history=history)


def assessed(changes: Changes, found: Assessment | None = None) -> Consultation:
    """Return a consultation that was assessed by what the chain had signed until then."""
    version = version_on(RULES.version, changes, ASSESSED_ON)
    return consultation(replace(found or assessment(), rules_version=version))


def excluded(
    changes: Changes | None, who: Patient, found: Consultation, day: date = TODAY
) -> Mapping[str, str]:
    """Return what is kept from `who` on `day`."""
    return ground_on(changes, who, found, clinic(), day).excluded


OPEN = replace(NOTHING, policies=(opened(),))


def test_the_ground_is_that_of_the_place_and_the_day() -> None:
    changes = replace(NOTHING, ingredients=(ingredient_row(TODAY),), policies=(opened(),))
    weight = BodyWeight(70_000, TODAY)
    who = patient(history=replace(HISTORY, weight=weight))
    held = ground_on(changes, who, consultation(), clinic("US-CA"), TODAY)
    assert (held.jurisdiction_code, held.day) == ("US-CA", TODAY)
    assert held.weight == weight
    assert held.policy == opened()
    assert held.formulary.version == f"{reference().formulary.version}+2"
    before = ground_on(changes, who, consultation(), clinic("US-CA"), ASSESSED_ON)
    assert before.formulary.version == f"{reference().formulary.version}+1"


def test_without_a_history_nothing_is_known_of_weight_or_allergies() -> None:
    held = ground_on(None, patient(history=None), consultation(), clinic(), TODAY)
    assert (held.weight, held.allergy_concepts, held.policy) == (None, frozenset(), None)
    assert held.formulary == reference().formulary


def test_allergies_are_known_by_their_concepts() -> None:
    known = RULES.codings[0]
    codes = (Coding(known.system, known.code), Coding("urn:nobody", "knows"))
    held = ground_on(
        None, patient(history=replace(HISTORY, allergies=codes)), consultation(), clinic(), TODAY
    )
    assert held.allergy_concepts == {known.concept}


def test_what_the_assessment_keeps_out_is_kept_out_by_its_rule() -> None:
    fired = FiredRule("SOME-RULE", "1", Suitability.SUITABLE, "", "", ("minoxidil",))
    found = assessed(OPEN, assessment(fired_rules=(fired,)))
    assert excluded(OPEN, woman(), found) == {"minoxidil": "SOME-RULE"}


def test_before_an_assessment_nothing_is_kept_out_yet() -> None:
    bare = replace(consultation(), assessment=None)
    assert excluded(OPEN, woman(), bare) == {}


def test_while_nothing_changed_the_assessment_stands() -> None:
    """Also where the test has aged since: each session asks for its own."""
    assert excluded(OPEN, woman(), assessed(OPEN)) == {}
    assert excluded(OPEN, woman(), assessed(OPEN), TODAY + timedelta(days=60)) == {}


@pytest.mark.parametrize("begins", [0, 1])
def test_what_the_chain_closes_is_kept_out_from_its_day_on(begins: int) -> None:
    day = TODAY + timedelta(days=begins)
    closed = replace(OPEN, policies=(*OPEN.policies, opened(day, opens=False)))
    found = assessed(OPEN)
    assert RULE not in excluded(closed, woman(), found, day - timedelta(days=1)).values()
    assert excluded(closed, woman(), found, day)["dutasteride"] == RULE


def test_a_change_that_is_about_something_else_keeps_nothing_out() -> None:
    changes = replace(OPEN, ingredients=(ingredient_row(TODAY),))
    late = TODAY + timedelta(days=60)
    assert RULE not in excluded(changes, woman(), assessed(OPEN), late).values()


@pytest.mark.parametrize(
    ("history", "kept_out"),
    [
        (replace(MET, labs=(NEWER,)), False),
        (replace(MET, labs=()), True),
        (replace(MET, fertility=None), True),
        (replace(MET, breastfeeding=Answer.YES), True),
    ],
    ids=["tested anew", "no test any more", "no undertaking any more", "breastfeeding"],
)
def test_a_history_recorded_since_counts(history: History, kept_out: bool) -> None:
    found = assessed(OPEN)
    assert found.assessed_at is not None
    who = replace(woman(history), history_recorded_at=found.assessed_at + timedelta(hours=1))
    assert ("dutasteride" in excluded(OPEN, who, found)) is kept_out


def known_since(history: History, **changes: object) -> Patient:
    """Return a man of whom this was recorded after he was assessed."""
    assessed_at = consultation().assessed_at
    assert assessed_at is not None
    told = assessed_at + timedelta(hours=1)
    return patient(history=history, history_recorded_at=told, **changes)


def rules_of(who: Patient, day: date = TODAY) -> set[str]:
    """Return the rules that fire by now and that stop somebody."""
    fired = fired_since(OPEN, who, assessed(OPEN), day)
    return {each.rule_id for each in fired if each.effect is not Suitability.SUITABLE}


POSITIVE = replace(NEGATIVE, positive=Answer.YES, measured_on=TODAY)


def test_what_is_recorded_and_forbids_nothing_stops_nobody() -> None:
    assert rules_of(known_since(HISTORY)) == set()
    assert fired_since(OPEN, patient(), assessed(OPEN), TODAY) == ()


@pytest.mark.parametrize(
    "history",
    [
        replace(HISTORY, pregnant=Answer.YES),
        replace(HISTORY, breastfeeding=Answer.YES),
        replace(HISTORY, pregnant=Answer.UNKNOWN),
    ],
)
def test_what_a_rule_forbids_is_known_at_once(history: History) -> None:
    assert rules_of(known_since(history))


def test_a_test_taken_after_the_assessment_counts_as_it_says() -> None:
    """It is not missed because nobody could know of it when the patient was assessed."""
    before = fired_since(OPEN, told(NEWER), assessed(OPEN), TODAY)
    after = fired_since(OPEN, told(POSITIVE), assessed(OPEN), TODAY)
    kept_out = {code for each in after for code in each.excluded_ingredient_codes}
    assert "dutasteride" in kept_out
    assert "dutasteride" not in {c for each in before for c in each.excluded_ingredient_codes}


def told(result: LabResult) -> Patient:
    """Return somebody who can become pregnant, and was tested anew after the assessment."""
    since = known_since(replace(MET, labs=(NEGATIVE, result)))
    return replace(since, pregnancy_potential=PregnancyPotential.ASKED_YES)


def test_a_test_that_has_aged_since_is_not_missed_and_one_that_had_aged_still_is() -> None:
    late = TODAY + timedelta(days=60)
    assert excluded(OPEN, told(NEWER), assessed(OPEN), late) == {}
    old = replace(NEGATIVE, measured_on=ASSESSED_ON - timedelta(days=60))
    aged = replace(told(NEWER), history=replace(MET, labs=(old,)))
    assert excluded(OPEN, aged, assessed(OPEN), late)["dutasteride"] == RULE


def test_a_history_that_is_gone_takes_nothing_back() -> None:
    fired = FiredRule("SOME-RULE", "1", Suitability.SUITABLE, "", "", ("minoxidil",))
    found = assessed(NOTHING, assessment(fired_rules=(fired,)))
    assert excluded(OPEN, replace(woman(), history=None), found) == {"minoxidil": "SOME-RULE"}


class Shelf:
    """A Reader of one document."""

    chain_id = CHAIN

    def __init__(self, kept: Changes) -> None:
        self.kept = kept

    async def get(self, aggregate: Aggregate[ReadT, Any, Any, Any], key: str) -> ReadT | None:
        assert (aggregate.name, key) == (FORMULARY.name, formulary_of(CHAIN))
        return cast(ReadT, self.kept)

    async def find(
        self, aggregate: Aggregate[ReadT, Any, Any, Any], column: str, value: str
    ) -> Sequence[ReadT]:
        raise AssertionError("one document says all")

    async def ids(
        self, aggregate: Aggregate[Any, Any, Any, Any], column: str, value: str
    ) -> Sequence[str]:
        raise AssertionError("one document says all")


async def test_what_the_chain_signed_is_read_where_it_is_kept() -> None:
    assert await changes_of(Shelf(OPEN)) == OPEN
    assert await policy_of(Shelf(OPEN), TODAY) == opened()
