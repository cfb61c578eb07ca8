"""The reference data as it is in force for a chain: its files, and what it signed on top.

A signed row is never edited. Of the rows about one thing that one holds whose first day came last,
and of two with the same first day the one that was signed later.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Protocol, TypeVar

from services.chassis.kernel import Violation
from services.consult.domain.formulary.errors import PolicyMissing
from services.consult.domain.formulary.model import (
    Changes,
    IngredientTerms,
    PairTerms,
    Policy,
    SignedIngredient,
    SignedPair,
)
from services.consult.domain.formulary.reference import (
    Compatibility,
    DoseLimit,
    Formulary,
    Incompatibility,
    Ingredient,
    IngredientStatus,
)
from services.consult.domain.response.model import Measure


class Effective(Protocol):
    """Anything that holds from a day on."""

    @property
    def effective_from(self) -> date: ...


RowT = TypeVar("RowT", bound=Effective)
SubjectT = TypeVar("SubjectT")
Pair = frozenset[str]


def in_force(reference: Formulary, changes: Changes | None, day: date) -> Formulary:
    """Return the files with the chain's rows of `day` on top; it is good for that day alone."""
    return signed_over(reference.on(day), changes, day)


def signed_over(files: Formulary, changes: Changes | None, day: date) -> Formulary:
    """Return the files of `day`, as they are held ready, with the chain's rows on top."""
    if changes is None:
        return files
    version = version_on(files.version, changes, day)
    terms = latest(changes.ingredients, lambda row: row.terms.ingredient_code, day)
    pairs = latest(changes.pairs, lambda row: pair_of(row.terms), day)
    if not terms and not pairs:
        return replace(files, version=version)
    return replace(
        files,
        version=version,
        ingredients=tuple(
            paired(signed(row, terms.get(row.ingredient_code)), pairs) for row in files.ingredients
        ),
        incompatibilities=(
            *(row for row in files.incompatibilities if Pair(row.ingredient_codes) not in pairs),
            *(opposed(pair, row) for pair, row in pairs.items() if not row.terms.compatible),
        ),
    )


def version_on(file_version: str, changes: Changes | None, day: date) -> str:
    """Return what decisions of `day` store: the files' version and how many rows have come since.

    No row can be signed for a day that is over, so a number stands for the same rows for ever.
    """
    if changes is None:
        return file_version
    rows: tuple[Effective, ...] = (*changes.ingredients, *changes.pairs, *changes.policies)
    come = sum(row.effective_from <= day for row in rows)
    return f"{file_version}+{come}" if come else file_version


def latest(
    rows: Iterable[RowT], subject: Callable[[RowT], SubjectT], day: date
) -> dict[SubjectT, RowT]:
    """Return the row of each subject that holds on `day`; `rows` are in the order of signing."""
    come = [row for row in rows if row.effective_from <= day]
    return {subject(row): row for row in sorted(come, key=lambda row: row.effective_from)}


def pair_of(terms: PairTerms) -> Pair:
    """Return the pair, whichever of the two was named first."""
    return Pair((terms.ingredient_code, terms.other_ingredient_code))


def signed(row: Ingredient, change: SignedIngredient | None) -> Ingredient:
    """Return the files' row as the chain signed it; it stays in force as long as the files say."""
    if change is None:
        return row
    terms = change.terms
    return replace(
        row,
        version=f"{row.version}+{change.effective_from.isoformat()}",
        evidence=terms.evidence,
        statuses=terms.statuses,
        limits=tuple(
            DoseLimit(each.jurisdiction_code, each.max_dose_micrograms, each.source_codes, "")
            for each in terms.limits
        ),
        weight_limits=terms.weight_limits,
        hazardous=terms.hazardous,
        immediate_use=terms.immediate_use,
        sterile_products=terms.sterile_products,
        block_reason_code=row.block_reason_code if blocks(terms) else "",
        source_codes=change.source_codes,
        effective_from=max(row.effective_from, change.effective_from),
        signed_by_code=change.practitioner_id,
    )


def blocks(terms: IngredientTerms) -> bool:
    """Tell whether the terms keep the ingredient from anybody anywhere."""
    return any(row.status is IngredientStatus.BLOCKED for row in terms.statuses)


def paired(row: Ingredient, pairs: Mapping[Pair, SignedPair]) -> Ingredient:
    """Return `row` with what the chain says of its pairs in place of what the files say."""
    code = row.ingredient_code
    own = {pair: change for pair, change in pairs.items() if code in pair}
    if not own:
        return row
    kept = (each for each in row.compatibilities if Pair((code, each.ingredient_code)) not in own)
    allowed = (
        Compatibility(other_of(pair, code), change.terms.stable_seconds, change.source_codes)
        for pair, change in own.items()
        if change.terms.compatible
    )
    return replace(row, compatibilities=(*kept, *allowed))


def other_of(pair: Pair, code: str) -> str:
    """Return what else is in the pair."""
    return next(iter(pair - {code}))


def opposed(pair: Pair, change: SignedPair) -> Incompatibility:
    """Return the row that forbids a pair."""
    one, other = sorted(pair)
    return Incompatibility((one, other), change.terms.effect_code, change.source_codes)


def policy_on(changes: Changes | None, day: date) -> Policy | None:
    """Return the numbers in force on `day`."""
    policies = changes.policies if changes else ()
    return latest(policies, lambda _: "POLICY", day).get("POLICY")


def need(policy: Policy | None, name: str) -> int:
    """Return a number of the chain's policy, or refuse what rests on one that nobody signed."""
    number = getattr(policy, name) if policy is not None else None
    if number is None:
        raise missing(name)
    return int(number)


def missing(name: str) -> PolicyMissing:
    """Return the refusal of what rests on a number that nobody signed."""
    return PolicyMissing(violations=[Violation("POLICY", name, "was not signed by the chain")])


def lab_valid_days(policy: Policy | None, lab_code: str) -> int | None:
    """Return for how many days a result counts; None where the chain states it for no day."""
    rows = policy.lab_validities if policy else ()
    return next((row.valid_days for row in rows if row.lab_code == lab_code), None)


def repeatability(policy: Policy | None, measure: Measure) -> int | None:
    """Return how far two measurements stray, in thousandths; None where nobody determined it."""
    rows = policy.repeatabilities if policy else ()
    return next((row.sd_thousandths for row in rows if row.measure is measure), None)
