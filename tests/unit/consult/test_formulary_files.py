"""The formulary of the files: every class, what is blocked and why, pairs, parts."""

import json
import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest

from services.consult.domain.formulary.reference import (
    IngredientClass,
    IngredientStatus,
    places,
)
from services.consult.reference import loader
from services.consult.reference.loader import load, reference
from services.consult.reference.parts import (
    Ingredients,
    Pairs,
    PartsDifferError,
    formulary_in,
    read,
)
from tests.unit.consult.samples import TODAY

PARTS = sorted((loader.HERE / "formulary").glob("*.json"))
HELD = reference()
ROWS = HELD.formulary.ingredients
FORBIDDEN = {frozenset(row.ingredient_codes) for row in HELD.formulary.incompatibilities}
# DOMAIN 1 and 10 rule 3.
BLOCKED_BY_DEFAULT = {
    "artichoke_extract",
    "botulinum_toxin_a",
    "buflomedil",
    "calcitonin",
    "exosome",
    "ghk_cu",
    "homeopathic",
    "mesoglycan",
    "plant_extract",
    "sex_hormone",
    "thuja_extract",
    "thyroxine",
    "triac",
    "triamcinolone",
}


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_nothing_in_a_part_of_the_formulary_is_misspelt(path: Path) -> None:
    said = json.loads(path.read_text())
    said.pop("notice")
    assert json.loads(msgspec.json.encode(read(path, Ingredients))) == said


@pytest.mark.parametrize("path", PARTS, ids=lambda path: path.name)
def test_pairs_stand_with_the_pairs(path: Path) -> None:
    assert all(row.compatibilities == () for row in read(path, Ingredients).ingredients)


def copied(folder: Path) -> Path:
    return shutil.copytree(loader.HERE, folder / "reference")


@pytest.mark.parametrize("name", ["pairs.json", "formulary/vitamins.json"])
def test_parts_of_two_versions_are_no_formulary(tmp_path: Path, name: str) -> None:
    folder = copied(tmp_path)
    other = json.loads((folder / name).read_text()) | {"version": "another"}
    (folder / name).write_text(json.dumps(other))
    with pytest.raises(PartsDifferError, match="another"):
        formulary_in(folder, read(folder / "pairs.json", Pairs), HELD.anaesthetics)


def test_a_compatible_pair_of_the_files_reaches_its_ingredient(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    said = json.loads((folder / "pairs.json").read_text())
    pair = {"ingredient_codes": ["biotin", "zinc"], "compatible": True, "stable_seconds": 60}
    said["pairs"].append(said["pairs"][0] | pair | {"effect_code": ""})
    (folder / "pairs.json").write_text(json.dumps(said))
    biotin = load(folder).formulary.ingredient("biotin", TODAY)
    assert biotin is not None
    [row] = biotin.compatibilities
    assert (row.ingredient_code, row.stable_seconds) == ("zinc", 60)


def test_the_ingredients_that_may_have_a_dose_today_are_these() -> None:
    usable = [
        row.ingredient_code
        for row in HELD.formulary.in_force(TODAY)
        if row.limits and (status := row.status_in("GB"))
        if status.status is not IngredientStatus.BLOCKED
    ]
    assert usable == ["dutasteride", "minoxidil", "pdrn"]


def test_codes_in_the_rows_are_codes_of_the_formulary() -> None:
    known = {row.ingredient_code for row in HELD.formulary.ingredients}
    excluded = {code for rule in HELD.rules.rules for code in rule.excluded_ingredient_codes}
    paired = {code for row in HELD.formulary.incompatibilities for code in row.ingredient_codes}
    assert excluded | paired <= known


def test_every_class_of_the_brief_has_an_ingredient() -> None:
    assert {row.ingredient_class for row in ROWS} == set(IngredientClass)


def test_an_ingredient_stands_once_and_says_what_it_is() -> None:
    codes = [row.ingredient_code for row in ROWS]
    assert len(set(codes)) == len(codes)
    assert all(row.statuses and row.sterile_products >= 1 for row in ROWS)


def test_what_is_blocked_by_default_is_there_with_its_reason() -> None:
    blocked = {row.ingredient_code for row in ROWS if row.block_reason_code}
    assert blocked == BLOCKED_BY_DEFAULT
    for row in ROWS:
        status = row.status_in("ZZ")
        is_blocked = status is None or status.status is IngredientStatus.BLOCKED
        assert is_blocked is (row.ingredient_code in BLOCKED_BY_DEFAULT), row.ingredient_code


def test_hazardous_are_the_two_of_the_list() -> None:
    hazardous = [row.ingredient_code for row in ROWS if row.hazardous]
    assert hazardous == ["dutasteride", "finasteride"]
    assert not any(row.immediate_use for row in ROWS if row.hazardous)


@pytest.mark.parametrize(
    "pair",
    [
        ("ascorbic_acid", "copper"),
        ("copper", "cysteine"),
        ("iron", "phosphate"),
        ("calcium", "phosphate"),
        ("metabisulfite", "thiamine"),
        ("cyanocobalamin", "thiamine"),
        ("cyanocobalamin", "niacinamide"),
        ("phosphate", "zinc"),
        ("lidocaine", "phosphate"),
        ("dutasteride", "thiamine"),
        ("finasteride", "sodium_chloride"),
    ],
)
def test_a_pair_that_must_not_meet_has_its_row(pair: tuple[str, str]) -> None:
    assert frozenset(pair) in FORBIDDEN


def test_a_pair_stands_once_and_no_compatible_one_ships() -> None:
    assert len(FORBIDDEN) == len(HELD.formulary.incompatibilities)
    assert not any(row.compatibilities for row in ROWS)


def test_published_doses_are_within_the_limits() -> None:
    for row in ROWS:
        for dose in row.published_doses:
            limit = row.limit_in("GB")
            assert limit is not None
            assert dose.dose_micrograms <= limit.max_dose_micrograms
            assert dose.source_codes


def test_what_a_cream_holds_is_an_anaesthetic_of_the_formulary() -> None:
    anaesthetics = {
        row.ingredient_code for row in ROWS if row.ingredient_class is IngredientClass.ANAESTHETIC
    }
    held = {c.ingredient_code for p in HELD.formulary.topical_products for c in p.contains}
    assert held
    assert held <= anaesthetics


def test_a_row_is_in_force_from_its_first_to_its_last_day() -> None:
    assert HELD.formulary.ingredient("minoxidil", date(2026, 1, 1)) is not None
    assert HELD.formulary.ingredient("minoxidil", date(2025, 12, 31)) is None


@pytest.mark.parametrize(
    ("jurisdiction_code", "codes"), [("US-CA", ("US-CA", "US", "")), ("GB", ("GB", ""))]
)
def test_the_nearest_row_comes_first(jurisdiction_code: str, codes: tuple[str, ...]) -> None:
    assert tuple(places(jurisdiction_code)) == codes
