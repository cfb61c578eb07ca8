"""The reference data as it is shown: whole, sorted, in the language that was asked for."""

from datetime import date

import pytest

from mesoflow.clinical.v1 import suitability_pb2
from mesoflow.consult.v1 import model_pb2
from services.consult.api.rows import (
    ingredient,
    ingredients,
    newest_first,
    questionnaire,
    rule,
    rule_id,
    rules_on,
)
from services.consult.domain.consultation.screening import Questionnaire, QuestionnaireItem
from services.consult.reference.loader import reference
from tests.unit.consult.samples import RULES, TODAY
from tests.unit.consult.signing import FILES, file_row

ITEM = QuestionnaireItem("GALLSTONES", {"en": "Gallstones?", "en-GB": "Any gallstones?"}, ("R1",))


def asked(version: str, begins: date, ends: date | None = None) -> Questionnaire:
    return Questionnaire(version, begins, ends, "LEAD", (ITEM,))


def test_an_ingredient_is_shown_with_what_it_must_not_meet_from_either_side() -> None:
    shown = ingredient(file_row("zinc"), FILES)
    assert {each.ingredient_code for each in shown.incompatibilities} == {"biotin", "dexpanthenol"}
    [other] = ingredient(file_row("biotin"), FILES).incompatibilities
    assert other == model_pb2.Incompatibility(
        ingredient_code="zinc", effect_code="PRECIPITATION", source_codes=["R1"]
    )
    assert not ingredient(file_row("dutasteride"), FILES).incompatibilities


def test_every_row_of_the_files_can_be_shown() -> None:
    formulary = reference().formulary
    for row in formulary.in_force(TODAY):
        shown = ingredient(row, formulary)
        assert (shown.ingredient_code, shown.version) == (row.ingredient_code, row.version)
        assert len(shown.published_doses) == len(row.published_doses)


def test_ingredients_are_those_of_a_class_or_all() -> None:
    assert len(ingredients(FILES, "", "", TODAY)) == len(FILES.ingredients)
    assert ingredients(FILES, "HORMONE", "", TODAY) == []


def test_questionnaires_are_sorted_newest_first() -> None:
    rows = [
        asked("1", date(2026, 1, 1)),
        asked("3", date(2027, 1, 1)),
        asked("2", date(2026, 6, 1)),
    ]
    assert [each.version for each in sorted(rows, key=newest_first)] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Gallstones?"), ("en-GB", "Any gallstones?"), ("en-US", "Gallstones?"), ("fr", "")],
)
def test_an_item_is_shown_in_its_language_or_the_one_that_it_is_a_kind_of(
    language: str, text: str
) -> None:
    shown = questionnaire(asked("1", TODAY), language)
    assert [(each.item_code, each.text) for each in shown.items] == [("GALLSTONES", text)]


def test_a_questionnaire_says_from_when_to_when_it_is_asked() -> None:
    shown = questionnaire(asked("1", TODAY, date(2027, 1, 31)), "en")
    assert (shown.effective_from.year, shown.effective_from.month) == (TODAY.year, TODAY.month)
    assert shown.effective_until.day == 31
    assert not questionnaire(asked("1", TODAY), "en").HasField("effective_until")


def test_rules_are_those_of_an_effect_or_all_by_their_id() -> None:
    assert len(rules_on(TODAY, "", "", "")) == len(RULES.rules)
    assert sorted(rules_on(TODAY, "", "", ""), key=rule_id) == sorted(RULES.rules, key=rule_id)
    assert {row.effect.value for row in rules_on(TODAY, "BLOCKED", "", "")} == {"BLOCKED"}


def test_a_rule_is_shown_with_all_that_it_watches_and_what_silences_it() -> None:
    row = next(each for each in RULES.rules if each.rule_id == "5-ARI-PREGNANCY-POTENTIAL")
    shown = rule(row)
    assert shown.effect == suitability_pb2.SUITABILITY_SUITABLE
    assert [each.topic_code for each in shown.conditions] == ["PATIENT"]
    assert {each.topic_code for each in shown.unless} >= {"POLICY", "LAB", "FERTILITY"}
    assert list(shown.excluded_ingredient_codes) == ["dutasteride", "finasteride"]
    assert len({rule(each).SerializeToString() for each in RULES.rules}) == len(RULES.rules)
