"""Grounds for cocktails: the sample set, with rows signed on top where a test is about them."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.checks import Check, Ground
from services.consult.domain.formulary.reference import DoseLimit, Formulary
from services.consult.domain.patient.clinical import BodyWeight
from services.consult.reference.loader import reference
from tests.unit.consult.samples import TODAY, policy

FORMULARY = reference().formulary
SIGNED = DoseLimit("", 1_000, ("D",), "signed for a test")
WEIGHED_TODAY = BodyWeight(70_000, TODAY)


def amended(formulary: Formulary, ingredient_code: str, **changes: object) -> Formulary:
    """Return `formulary` with the fields of one ingredient that `changes` names."""
    named: dict[str, Any] = dict(changes)
    rows = (
        replace(row, **named) if row.ingredient_code == ingredient_code else row
        for row in formulary.ingredients
    )
    return replace(formulary, ingredients=tuple(rows))


def limited(*ingredient_codes: str) -> Formulary:
    """Return the sample set with a limit signed for each of these."""
    formulary = FORMULARY
    for code in ingredient_codes:
        formulary = amended(formulary, code, limits=(SIGNED,))
    return formulary


def ground(**changes: object) -> Ground:
    """Return the ground of a healthy patient in Britain whom nobody weighed, but for `changes`."""
    named: dict[str, Any] = dict(changes)
    sound = Ground(FORMULARY, "GB", TODAY, {}, frozenset(), None, policy())
    return replace(sound, **named)


def weighed(weight_grams: int, on: date = TODAY) -> BodyWeight:
    """Return a weight."""
    return BodyWeight(weight_grams, on)


def days_ago(days: int) -> date:
    """Return a day before today."""
    return TODAY - timedelta(days=days)


def failed(made: tuple[Check, ...]) -> list[tuple[type[DomainError], str, str]]:
    """Return what failed: verdict, rule and subject."""
    return [
        (each.verdict, each.rule_code, each.subject_code)
        for each in made
        if each.verdict is not None
    ]
