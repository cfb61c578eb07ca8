"""What is in force on a day: the files, with what the chain signed on top of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consult.domain.dating import turning_days
from services.consult.domain.formulary.model import Changes, Policy, SignedIngredient, SignedPair
from services.consult.domain.formulary.reference import (
    Compatibility,
    DoseLimit,
    Formulary,
    Incompatibility,
    Ingredient,
    IngredientStatus,
    JurisdictionStatus,
    WeightLimit,
)
from services.consult.domain.formulary.rows import in_force, policy_on, version_on
from tests.unit.consult.samples import DOCTOR, TODAY
from tests.unit.consult.signing import (
    FILES,
    NOTHING,
    SOURCES,
    file_row,
    ingredient_row,
    pair_row,
    policy,
)

TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
CODES = ("biotin", "dexpanthenol", "zinc")
DAYS = st.integers(0, 12).map(lambda days: TODAY + timedelta(days=days))


def row(changes: Changes | None, code: str = "dutasteride", day: date = TODAY) -> Ingredient:
    """Return the row of an ingredient that is in force."""
    found = in_force(FILES, changes, day).ingredient(code, day)
    assert found is not None
    return found


def most(changes: Changes, day: date) -> int | None:
    """Return the limit that holds on `day`."""
    limit = row(changes, day=day).limit_in("GB")
    return limit.max_dose_micrograms if limit else None


def test_without_a_signature_the_files_hold() -> None:
    assert in_force(FILES, None, TODAY) == FILES
    assert in_force(FILES, NOTHING, TODAY) == FILES


def test_signed_terms_take_the_place_of_the_row() -> None:
    limit = WeightLimit("GB", 4_500, 300_000, SOURCES)
    signed = ingredient_row(weight_limits=(limit,), sterile_products=2, immediate_use=True)
    found = row(replace(NOTHING, ingredients=(signed,)))
    assert found == replace(
        file_row("dutasteride"),
        version=f"1+{TODAY.isoformat()}",
        hazardous=False,
        evidence=signed.terms.evidence,
        statuses=(JurisdictionStatus("", IngredientStatus.OFF_LABEL, SOURCES),),
        limits=(DoseLimit("", 400, SOURCES, ""),),
        weight_limits=(limit,),
        source_codes=SOURCES,
        effective_from=TODAY,
        signed_by_code=DOCTOR,
        block_reason_code="",
        sterile_products=2,
        immediate_use=True,
    )


def test_an_ingredient_that_stays_blocked_somewhere_keeps_its_reason() -> None:
    here = JurisdictionStatus("GB", IngredientStatus.OFF_LABEL, SOURCES)
    elsewhere = JurisdictionStatus("", IngredientStatus.BLOCKED, SOURCES)
    found = row(replace(NOTHING, ingredients=(ingredient_row(statuses=(here, elsewhere)),)))
    assert found.block_reason_code == "OUT_OF_SCOPE"
    assert found.status_in("GB") == here
    assert found.status_in("US") == elsewhere


def test_terms_without_a_status_or_a_limit_leave_none() -> None:
    found = row(replace(NOTHING, ingredients=(ingredient_row(statuses=(), limits=()),)))
    assert (found.status_in("GB"), found.limit_in("GB")) == (None, None)


def test_other_ingredients_stay_as_they_are() -> None:
    changes = replace(NOTHING, ingredients=(ingredient_row(),))
    assert row(changes, "biotin") == file_row("biotin", compatibilities=ALLOWED)


def test_a_row_holds_from_its_day_until_a_later_one_takes_its_place() -> None:
    changes = replace(
        NOTHING,
        ingredients=(
            ingredient_row(TODAY + timedelta(days=5), most=500),
            ingredient_row(TOMORROW, most=300),
        ),
    )
    assert [most(changes, TODAY + timedelta(days=n)) for n in (0, 1, 4, 5, 9)] == [
        None,
        300,
        300,
        500,
        500,
    ]


def test_of_two_rows_with_one_first_day_the_one_signed_later_holds() -> None:
    changes = replace(NOTHING, ingredients=(ingredient_row(most=500), ingredient_row(most=300)))
    assert most(changes, TODAY) == 300


def test_a_row_that_the_files_ended_stays_ended() -> None:
    ended = replace(FILES, ingredients=(file_row("dutasteride", effective_until=YESTERDAY),))
    changes = replace(NOTHING, ingredients=(ingredient_row(YESTERDAY),))
    assert in_force(ended, changes, TODAY).ingredient("dutasteride", TODAY) is None


ALLOWED = (Compatibility("dexpanthenol", 60, ("R1",)),)


def allowed(formulary: Formulary, one: str, other: str) -> bool:
    """Tell whether any row lets the two share a syringe, and none forbids it."""
    named = [
        each.ingredient_code
        for code in (one, other)
        if (found := formulary.ingredient(code, TODAY + timedelta(days=99)))
        for each in found.compatibilities
        if {code, each.ingredient_code} == {one, other}
    ]
    return bool(named) and formulary.incompatibility(frozenset((one, other))) is None


def test_a_signed_pair_may_be_mixed() -> None:
    changes = replace(NOTHING, pairs=(pair_row(one="biotin", other="dutasteride"),))
    assert not allowed(FILES, "biotin", "dutasteride")
    assert allowed(in_force(FILES, changes, TODAY), "biotin", "dutasteride")
    assert row(changes, "biotin").compatibilities == (
        *ALLOWED,
        Compatibility("dutasteride", 3_600, SOURCES),
    )


def test_a_pair_signed_as_incompatible_may_not_though_the_files_allow_it() -> None:
    changes = replace(
        NOTHING, pairs=(pair_row(compatible=False, one="dexpanthenol", other="biotin"),)
    )
    found = in_force(FILES, changes, TODAY)
    assert allowed(FILES, "biotin", "dexpanthenol")
    assert not allowed(found, "biotin", "dexpanthenol")
    assert row(changes, "biotin").compatibilities == ()
    assert found.incompatibility(frozenset(("biotin", "dexpanthenol"))) == Incompatibility(
        ("biotin", "dexpanthenol"), "PRECIPITATION", SOURCES
    )


def test_a_signature_opens_a_pair_that_the_files_forbid_and_no_other() -> None:
    changes = replace(NOTHING, pairs=(pair_row(one="zinc", other="biotin"),))
    found = in_force(FILES, changes, TODAY)
    assert allowed(found, "biotin", "zinc")
    assert not allowed(found, "dexpanthenol", "zinc")


@pytest.mark.parametrize(
    ("first", "second", "expected"), [(True, False, False), (False, True, True)]
)
def test_the_last_word_on_a_pair_counts(first: bool, second: bool, expected: bool) -> None:
    rows = (pair_row(compatible=first), pair_row(TOMORROW, compatible=second))
    changes = replace(NOTHING, pairs=rows)
    assert allowed(in_force(FILES, changes, TODAY), "biotin", "dexpanthenol") is first
    assert allowed(in_force(FILES, changes, TOMORROW), "biotin", "dexpanthenol") is expected


def test_a_version_counts_the_rows_that_have_come() -> None:
    changes = replace(
        NOTHING,
        ingredients=(ingredient_row(TODAY), ingredient_row(TOMORROW)),
        pairs=(pair_row(TOMORROW),),
        policies=(policy(),),
    )
    versions = [version_on("files", changes, day) for day in (YESTERDAY, TODAY, TOMORROW)]
    assert versions == ["files", "files+2", "files+4"]
    assert version_on("files", None, TODAY) == "files"


def test_the_files_turn_when_a_row_begins_and_when_one_is_over() -> None:
    rows = (
        file_row("biotin", effective_until=TODAY),
        file_row("biotin", effective_from=TOMORROW),
        file_row("zinc", effective_from=TODAY, effective_until=date.max),
    )
    assert turning_days(rows) == [date(2026, 1, 1), TODAY, TOMORROW]


@st.composite
def signed(draw: st.DrawFn) -> Changes:
    """Rows of every kind, each for some day."""
    pairs = st.sampled_from(tuple(combinations(CODES, 2)))
    ingredients = [
        ingredient_row(draw(DAYS), most=draw(st.integers(1, 900)), ingredient_code=code)
        for code in draw(st.lists(st.sampled_from(CODES), max_size=4))
    ]
    both = [
        pair_row(draw(DAYS), one, other, draw(st.booleans()))
        for one, other in draw(st.lists(pairs, max_size=5))
    ]
    policies = [policy(effective_from=draw(DAYS)) for _ in range(draw(st.integers(0, 3)))]
    return replace(
        NOTHING, ingredients=tuple(ingredients), pairs=tuple(both), policies=tuple(policies)
    )


@given(signed(), DAYS)
def test_a_pair_is_mixed_only_on_a_row_that_says_so(changes: Changes, day: date) -> None:
    found = in_force(FILES, changes, day)
    for pair in combinations(("biotin", "dexpanthenol", "dutasteride", "zinc"), 2):
        said = [
            each
            for each in changes.pairs
            if each.effective_from <= day
            and {each.terms.ingredient_code, each.terms.other_ingredient_code} == set(pair)
        ]
        last = max(reversed(said), key=lambda each: each.effective_from, default=None)
        by_files = pair == ("biotin", "dexpanthenol")
        assert allowed(found, *pair) is (last.terms.compatible if last else by_files)


Row = SignedIngredient | SignedPair | Policy


@st.composite
def signings(draw: st.DrawFn) -> Sequence[tuple[date, Row]]:
    """Rows of any kind, each signed on some day, for that day or a later one."""
    made: list[tuple[date, Row]] = []
    for day in sorted(draw(st.lists(DAYS, max_size=8))):
        begins = day + timedelta(days=draw(st.integers(0, 3)))
        rows: tuple[Row, ...] = (
            ingredient_row(begins, most=draw(st.integers(1, 900))),
            pair_row(begins, compatible=draw(st.booleans())),
            policy(effective_from=begins, retention_days=draw(st.integers(0, 900))),
        )
        made.append((day, draw(st.sampled_from(rows))))
    return made


def grown(changes: Changes, row: Row) -> Changes:
    """Return what is signed with one row more."""
    match row:
        case SignedIngredient():
            return replace(changes, ingredients=(*changes.ingredients, row))
        case SignedPair():
            return replace(changes, pairs=(*changes.pairs, row))
        case Policy():
            return replace(changes, policies=(*changes.policies, row))


@given(signings())
def test_a_version_stands_for_the_same_rows_for_ever(signed: Sequence[tuple[date, Row]]) -> None:
    changes = NOTHING
    seen: dict[str, tuple[Formulary, Policy | None]] = {}
    for day in (TODAY + timedelta(days=n) for n in range(17)):
        for row in (None, *(each for signed_on, each in signed if signed_on == day)):
            changes = grown(changes, row) if row else changes
            held = (in_force(FILES, changes, day), policy_on(changes, day))
            assert seen.setdefault(held[0].version, held) == held
