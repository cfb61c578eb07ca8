"""Cocktails proposed for goals: each ingredient with the reason for which it is in, or is not.

A dose comes from what was published alone, the lowest that passes; a proposal passes every check.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.chassis.kernel import DomainError
from services.consult.domain.cocktail.checks import checks
from services.consult.domain.cocktail.model import Check, Ground
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.reference import EvidenceLevel, Ingredient, PublishedDose
from services.consult.domain.plan import errors
from services.consult.domain.plan.model import Cocktail, Component, Goal, PreparationSource

SERVES_GOAL = "SERVES_GOAL"
# Why an ingredient stays out, by the rule of the check that it fails, or else by the verdict.
BY_RULE = {"EXCLUSION": "EXCLUDED_BY_RULE", "ALLERGY": "ALLERGY", "INGREDIENT": "BLOCKED"}
BY_VERDICT: Mapping[type[DomainError], str] = {
    errors.PreparationSourceNotAllowed: "PREPARATION_SOURCE_NOT_ALLOWED",
    errors.PairNotCompatible: "PAIR_NOT_COMPATIBLE",
    errors.DoseLimitMissing: "NO_SIGNED_LIMIT",
    PolicyMissing: "POLICY_MISSING",
    errors.WeightMissing: "WEIGHT_MISSING",
    errors.DoseExceeded: "DOSE_EXCEEDED",
}
STRONGEST_FIRST = tuple(reversed(EvidenceLevel))


@dataclass(frozen=True, slots=True)
class IngredientReason:
    """Why an ingredient stands in a proposal, or does not."""

    ingredient_code: str
    chosen: bool
    reason_code: str
    # The goal, rule, pair or row behind it.
    subject_code: str
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CocktailProposal:
    """A cocktail that passes every check, and why it is what it is."""

    cocktail: Cocktail
    reasons: tuple[IngredientReason, ...]
    formulary_version: str


@dataclass(frozen=True, slots=True)
class Portion:
    """An ingredient at a dose that was published for one session."""

    row: Ingredient
    dose: PublishedDose


def propose(
    goals: Sequence[Goal], ground: Ground
) -> tuple[tuple[CocktailProposal, ...], tuple[IngredientReason, ...]]:
    """Return one proposal for each preparation that allows any, and what is in none and why."""
    portions: list[Portion] = []
    left_out: list[IngredientReason] = []
    for row in serving(goals, ground):
        found = portion_of(row, ground)
        if isinstance(found, Portion):
            portions.append(found)
        else:
            left_out.append(found)
    proposals = (prepared(portions, source, goals, ground) for source in PreparationSource)
    return tuple(each for each in proposals if each is not None), tuple(left_out)


def withheld(goals: Sequence[Goal], ground: Ground, rule_id: str) -> tuple[IngredientReason, ...]:
    """Return every ingredient as left out for a patient whom a rule keeps from treatment."""
    return tuple(
        IngredientReason(row.ingredient_code, False, "NOT_SUITABLE", rule_id, ())
        for row in serving(goals, ground)
    )


def serving(goals: Sequence[Goal], ground: Ground) -> Sequence[Ingredient]:
    """Return the ingredients that serve any of `goals`, the better studied first."""
    rows = [row for row in ground.formulary.in_force(ground.day) if set(goals) & set(row.goals)]
    return sorted(rows, key=lambda row: STRONGEST_FIRST.index(row.evidence))


def portion_of(row: Ingredient, ground: Ground) -> Portion | IngredientReason:
    """Return the lowest published dose that passes on its own, or why there is none."""
    if (failed := against(alone(row, 1), ground)) is not None:
        return reason_against(row, failed, ground)
    doses = sorted(row.published_doses, key=lambda dose: dose.dose_micrograms)
    if not doses:
        return IngredientReason(
            row.ingredient_code, False, "NO_PUBLISHED_DOSE", row.ingredient_code, row.source_codes
        )
    failed = against(alone(row, doses[0].dose_micrograms), ground)
    return Portion(row, doses[0]) if failed is None else reason_against(row, failed, ground)


def alone(row: Ingredient, dose_micrograms: int) -> Cocktail:
    """Return an ingredient on its own, prepared in the way that asks least of it."""
    parts = (Component(row.ingredient_code, dose_micrograms),)
    return Cocktail(parts, PreparationSource.SEPARATE_SYRINGES, 1)


def prepared(
    portions: Sequence[Portion], source: PreparationSource, goals: Sequence[Goal], ground: Ground
) -> CocktailProposal | None:
    """Return the portions that pass together in that preparation; None where none does."""
    taken: list[Portion] = []
    reasons: list[IngredientReason] = []
    for portion in portions:
        failed = against(together([*taken, portion], source), ground)
        if failed is None:
            taken.append(portion)
            reasons += reasons_for(portion, goals)
        else:
            reasons.append(reason_against(portion.row, failed, ground))
    if not taken:
        return None
    return CocktailProposal(together(taken, source), tuple(reasons), ground.formulary.version)


def together(portions: Sequence[Portion], source: PreparationSource) -> Cocktail:
    """Return the portions as one cocktail; each brings the volume in which it was published."""
    return Cocktail(
        components=tuple(
            Component(each.row.ingredient_code, each.dose.dose_micrograms) for each in portions
        ),
        source=source,
        volume_microlitres=sum(each.dose.volume_microlitres for each in portions),
    )


def against(cocktail: Cocktail, ground: Ground) -> Check | None:
    """Return the first check that `cocktail` fails, or None."""
    return next((each for each in checks(cocktail, None, ground) if each.verdict), None)


def reasons_for(portion: Portion, goals: Sequence[Goal]) -> Iterator[IngredientReason]:
    """Yield each goal that an ingredient is chosen for."""
    for goal in goals:
        if goal in portion.row.goals:
            code, sources = portion.row.ingredient_code, portion.dose.source_codes
            yield IngredientReason(code, True, SERVES_GOAL, goal.value, sources)


def reason_against(row: Ingredient, failed: Check, ground: Ground) -> IngredientReason:
    """Return a failed check as the reason for which an ingredient is not chosen."""
    assert failed.verdict is not None
    reason = BY_RULE.get(failed.rule_code) or BY_VERDICT[failed.verdict]
    code = row.ingredient_code
    behind = {"BLOCKED": row.block_reason_code, "EXCLUDED_BY_RULE": ground.excluded.get(code)}
    subject = behind.get(reason) or failed.subject_code
    return IngredientReason(code, False, reason, subject, failed.source_codes)
