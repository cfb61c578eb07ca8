"""The reference data is whole: every code in it leads somewhere, and nobody signed the sample."""

import json
import shutil
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from services.consult.domain.consultation.grading import Scales
from services.consult.domain.consultation.screening import RuleSet, Topic
from services.consult.domain.formulary.chairside import (
    Anaesthetics,
    CoolingOffs,
    Labs,
    SupplementaryTherapies,
)
from services.consult.domain.formulary.reference import EvidenceLevel, IngredientStatus
from services.consult.domain.formulary.schedules import Schedule, Schedules
from services.consult.domain.plan.consent_text import ConsentTexts
from services.consult.domain.plan.model import Goal, PreparationSource
from services.consult.domain.response.rules import ResponseRules
from services.consult.reference import loader
from services.consult.reference.loader import (
    NotSignedError,
    Questionnaires,
    Sources,
    load,
    reference,
    refuse_unsigned,
)
from services.consult.reference.parts import (
    Head,
    Pairs,
    read,
)
from tests.unit.consult.samples import TODAY
from tests.unit.consult.test_reference_rows import FILES, lists_of_sources

TYPED: dict[str, type[object]] = {
    "formulary.json": Head,
    "questionnaires.json": Questionnaires,
    "sources.json": Sources,
    "pairs.json": Pairs,
    "protocols.json": Schedules,
    "suitability_rules.json": RuleSet,
    "en.json": ConsentTexts,
    "diagnosis_scales.json": Scales,
    "labs.json": Labs,
    "anaesthetics.json": Anaesthetics,
    "therapies.json": SupplementaryTherapies,
    "cooling_off.json": CoolingOffs,
    "response_rules.json": ResponseRules,
}
PARTS = sorted((loader.HERE / "formulary").glob("*.json"))
HELD = reference()
ROWS = HELD.formulary.ingredients


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_file_says_that_it_is_a_sample(path: Path) -> None:
    assert "not for the treatment of anybody" in json.loads(path.read_text())["notice"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_source_is_in_the_list(path: Path) -> None:
    known = {source.source_code for source in HELD.sources}
    cited = [code for codes in lists_of_sources(json.loads(path.read_text())) for code in codes]
    assert set(cited) <= known


def test_every_source_is_cited() -> None:
    cited = {
        code
        for path in FILES
        for codes in lists_of_sources(json.loads(path.read_text()))
        for code in codes
    }
    assert {source.source_code for source in HELD.sources} == cited


@pytest.mark.parametrize("name", TYPED)
def test_nothing_in_a_file_is_misspelt_and_passed_over(name: str) -> None:
    [path] = [path for path in FILES if path.name == name and path not in PARTS]
    said = json.loads(path.read_text())
    said.pop("notice")
    assert json.loads(msgspec.json.encode(read(path, TYPED[name]))) == said


def test_every_row_has_a_source() -> None:
    formulary = HELD.formulary
    assert all(row.source_codes for row in formulary.ingredients)
    assert all(row.source_codes for row in formulary.incompatibilities)
    assert all(row.source_codes for row in HELD.rules.rules)
    assert all(row.source_codes for row in HELD.rules.codings)
    assert all(row.source_codes for row in HELD.schedules.schedules)
    limits = [limit for row in HELD.formulary.ingredients for limit in row.limits]
    assert all(limit.source_codes and limit.note for limit in limits)
    statuses = [status for row in HELD.formulary.ingredients for status in row.statuses]
    assert all(status.source_codes for status in statuses)


@pytest.mark.parametrize("listed", [("labs.json", "labs"), ("pairs.json", "pairs")])
def test_one_row_that_nobody_signed_is_enough_for_a_refusal(
    listed: tuple[str, str], tmp_path: Path
) -> None:
    folder = shutil.copytree(loader.HERE, tmp_path / "reference")
    for path in folder.rglob("*.json"):
        path.write_text(path.read_text().replace(loader.UNSIGNED, "LEAD-1"))
    refuse_unsigned(load(folder))
    name, rows = listed
    said = json.loads((folder / name).read_text())
    said[rows][0]["signed_by_code"] = loader.UNSIGNED
    (folder / name).write_text(json.dumps(said))
    with pytest.raises(NotSignedError):
        refuse_unsigned(load(folder))


def test_every_item_has_a_rule_and_every_rule_on_an_answer_its_item() -> None:
    watched = {rule.subject for rule in HELD.rules.rules if rule.topic is Topic.ANSWER}
    newest, *older = HELD.questionnaires
    assert watched == set(newest.item_codes)
    assert all(set(questionnaire.item_codes) <= watched for questionnaire in older)


def test_every_question_is_asked_in_words_and_has_a_source() -> None:
    items = [item for each in HELD.questionnaires for item in each.items]
    assert all(item.texts["en"] and item.source_codes for item in items)


def test_every_concept_has_a_rule_or_an_ingredient_that_carries_it() -> None:
    coded = (Topic.ALLERGY, Topic.CONDITION, Topic.MEDICATION)
    watched = {rule.subject for rule in HELD.rules.rules if rule.topic in coded}
    carried = {allergen for row in ROWS for allergen in row.allergen_codes}
    concepts = {coding.concept for coding in HELD.rules.codings}
    assert watched <= concepts <= watched | carried


def test_a_coding_stands_for_one_concept() -> None:
    codings = [(coding.system, coding.code) for coding in HELD.rules.codings]
    assert len(set(codings)) == len(codings)


def test_laboratory_tests_that_rules_ask_for_are_listed() -> None:
    conditions = [each for rule in HELD.rules.rules for each in (*rule.watched, *rule.unless)]
    asked = {each.subject for each in conditions if each.topic is Topic.LAB}
    assert asked <= {lab.lab_code for lab in HELD.labs.labs}


def test_no_place_states_days_to_think_it_over() -> None:
    assert [row.days for row in HELD.cooling_offs.rows] == [None] * len(HELD.cooling_offs.rows)


@pytest.mark.parametrize("texts", HELD.consent_texts, ids=lambda texts: texts.language)
def test_a_language_has_words_for_everything_that_can_be_in_a_plan(texts: ConsentTexts) -> None:
    allowed = {
        row.ingredient_code
        for row in HELD.formulary.ingredients
        if any(status.status is not IngredientStatus.BLOCKED for status in row.statuses)
    }
    assert set(texts.ingredients) >= allowed
    assert all(texts.ingredients[code].figures for code in allowed)
    assert set(texts.goals) == set(Goal)
    assert set(texts.preparations) == set(PreparationSource)
    assert set(texts.statuses) == set(IngredientStatus)
    assert set(texts.evidence) == set(EvidenceLevel)


def test_production_refuses_the_sample() -> None:
    with pytest.raises(NotSignedError):
        refuse_unsigned(HELD)


def test_windows_follow_the_weeks_with_their_tolerance() -> None:
    schedule = HELD.schedules.schedule("DUT-INTENSIVE-7", TODAY)
    assert schedule is not None
    protocol = HELD.schedules.protocol(schedule)
    days = [(w.number, w.earliest_days, w.ideal_days, w.latest_days) for w in protocol.windows]
    assert days == [
        (1, 0, 0, 0),
        (2, 5, 7, 9),
        (3, 12, 14, 16),
        (4, 19, 21, 23),
        (5, 31, 35, 39),
        (6, 45, 49, 53),
        (7, 70, 77, 84),
    ]
    assert protocol.floor_days == 7


@pytest.mark.parametrize("schedule", HELD.schedules.schedules, ids=lambda row: row.protocol_code)
def test_windows_of_a_schedule_do_not_overlap(schedule: Schedule) -> None:
    for one, following in pairwise(HELD.schedules.protocol(schedule).windows):
        assert one.latest_days < following.earliest_days
