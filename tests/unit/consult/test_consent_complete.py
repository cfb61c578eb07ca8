"""What a text fails to say is named, and a text with a gap is neither shown nor signed."""

from dataclasses import replace
from typing import Any

import pytest

from services.consult.domain.plan.consent_complete import gaps, refuse_incomplete
from services.consult.domain.plan.consent_parts import Material
from services.consult.domain.plan.consent_text import ConsentTexts, IngredientTexts, Statement
from services.consult.domain.plan.errors import ConsentIncomplete
from services.consult.domain.plan.model import Plan
from services.consult.handlers.plan import signing_text
from services.consult.reference.loader import reference
from tests.unit.consult.cocktails import FORMULARY, amended
from tests.unit.consult.plans import QUOTED, SIGN, SIGNING, after, plan_after
from tests.unit.consult.samples import TODAY, proposed, quoted

FOUND = reference().texts("en", TODAY)
assert FOUND is not None
ENGLISH: ConsentTexts = FOUND
THERAPIES = reference().therapies
PLAN = plan_after(*QUOTED)
UNSOURCED = Statement("Trust us.", ())
FIGURE = Statement("No trial was found.", ("R2",))


def material(texts: ConsentTexts = ENGLISH) -> Material:
    return Material(texts, FORMULARY, THERAPIES)


def missing(plan: Plan, held: Material) -> list[tuple[str, str]]:
    return [(gap.kind, gap.subject) for gap in gaps(plan, held)]


def but(**changes: object) -> ConsentTexts:
    named: dict[str, Any] = dict(changes)
    return replace(ENGLISH, **named)


def of_minoxidil(*, risks: tuple[Statement, ...], figures: tuple[Statement, ...]) -> ConsentTexts:
    told = IngredientTexts(risks, figures)
    return but(ingredients={**ENGLISH.ingredients, "minoxidil": told})


def unheaded(**lines: str) -> ConsentTexts:
    return but(lines=replace(ENGLISH.lines, **lines))


def test_the_text_of_a_quoted_plan_lacks_nothing() -> None:
    assert gaps(PLAN, material()) == ()
    refuse_incomplete(PLAN, material())


LACKING: list[tuple[ConsentTexts, tuple[str, str]]] = [
    (but(ingredients={}), ("FIGURES", "minoxidil")),
    (of_minoxidil(risks=(), figures=()), ("FIGURES", "minoxidil")),
    (of_minoxidil(risks=(UNSOURCED,), figures=(FIGURE,)), ("RISK", "minoxidil")),
    (of_minoxidil(risks=(), figures=(UNSOURCED,)), ("FIGURES", "minoxidil")),
    (but(evidence={}), ("EVIDENCE", "minoxidil")),
    (but(statuses={}), ("STATUS", "minoxidil")),
    (but(goals={}), ("GOAL", "STIMULATION")),
    (but(preparations={}), ("PREPARATION", "PHARMACY_COMPOUNDED_LOT")),
    (but(risks=()), ("RISK", ENGLISH.version)),
    (but(risks=(UNSOURCED,)), ("RISK", ENGLISH.version)),
    (but(expectations=()), ("EXPECTATION", ENGLISH.version)),
    (but(expectations=(UNSOURCED,)), ("EXPECTATION", ENGLISH.version)),
    (but(alternatives=()), ("ALTERNATIVE", ENGLISH.version)),
    (but(rights=()), ("RIGHT", ENGLISH.version)),
    (unheaded(cost=""), ("COST", ENGLISH.version)),
    (unheaded(cost_12_24=""), ("COST_12_24_MONTHS", ENGLISH.version)),
    (unheaded(no_maintenance=""), ("MAINTENANCE", ENGLISH.version)),
    (unheaded(cooling_off=""), ("COOLING_OFF", ENGLISH.version)),
]


@pytest.mark.parametrize(("texts", "gap"), LACKING)
def test_a_gap_is_named_and_refuses_the_text(texts: ConsentTexts, gap: tuple[str, str]) -> None:
    assert gap in missing(PLAN, material(texts))
    with pytest.raises(ConsentIncomplete):
        refuse_incomplete(PLAN, material(texts))


def test_a_quote_without_the_cost_of_two_years_is_a_gap() -> None:
    unpriced = replace(quoted(), total_24_months=None)
    assert missing(plan_after(proposed(), unpriced), material()) == [
        ("COST_12_24_MONTHS", PLAN.plan_id)
    ]


def test_a_therapy_without_words_in_the_language_is_a_gap() -> None:
    therapy = THERAPIES.therapies[0]
    beside = replace(PLAN, supplementary_therapy_codes=(therapy.therapy_code,))
    assert gaps(beside, material()) == ()
    french = replace(ENGLISH, language="fr")
    assert missing(beside, material(french)) == [("THERAPY", therapy.therapy_code)]


def test_an_ingredient_without_status_or_source_is_a_gap() -> None:
    bare = amended(FORMULARY, "minoxidil", statuses=(), source_codes=())
    assert missing(PLAN, Material(ENGLISH, bare, THERAPIES)) == [
        ("EVIDENCE", "minoxidil"),
        ("STATUS", "minoxidil"),
    ]


def test_a_text_with_a_gap_is_not_signed() -> None:
    lacking = gaps(PLAN, material(but(rights=())))
    with pytest.raises(ConsentIncomplete) as refused:
        after(*QUOTED).when(SIGN, replace(SIGNING, gaps=lacking))
    assert refused.value.violations == lacking


def test_the_facts_of_a_signature_carry_the_gaps() -> None:
    assert signing_text(PLAN, None, "en", TODAY).gaps == ()
    unpriced = plan_after(proposed(), replace(quoted(), total_12_months=None))
    assert [gap.kind for gap in signing_text(unpriced, None, "en", TODAY).gaps] == [
        "COST_12_24_MONTHS"
    ]
