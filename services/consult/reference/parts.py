"""Puts the formulary together: its head, its ingredients file by file, its pairs, the creams.

Together they are one formulary under one version and one signature, so no part may differ in them.
"""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from services.consult.domain.formulary.chairside import Anaesthetics, ClinicMixture
from services.consult.domain.formulary.reference import (
    Compatibility,
    Formulary,
    Incompatibility,
    Ingredient,
)

FileT = TypeVar("FileT")


@dataclass(frozen=True, slots=True)
class Head:
    """What all of the formulary has in common."""

    version: str
    signed_by_code: str
    clinic_mixtures: tuple[ClinicMixture, ...]


@dataclass(frozen=True, slots=True)
class Ingredients:
    """The ingredients of some classes."""

    version: str
    signed_by_code: str
    ingredients: tuple[Ingredient, ...]


@dataclass(frozen=True, slots=True)
class PairRow:
    """What the files say of two ingredients in one syringe; a pair without a row is not mixed."""

    ingredient_codes: tuple[str, str]
    version: str
    compatible: bool
    stable_seconds: int | None
    effect_code: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """What is known of pairs."""

    version: str
    signed_by_code: str
    pairs: tuple[PairRow, ...]


class PartsDifferError(ValueError):
    """The parts of the formulary are not of one version, or not signed by one."""


def read(path: Path, file_type: type[FileT]) -> FileT:
    """Return a file as `file_type`."""
    return msgspec.json.decode(path.read_bytes(), type=file_type)


def formulary_in(folder: Path, pairs: Pairs, anaesthetics: Anaesthetics) -> Formulary:
    """Return the formulary of a folder. Raises PartsDifferError for parts that are not of one."""
    head = read(folder / "formulary.json", Head)
    parts = [read(path, Ingredients) for path in sorted((folder / "formulary").glob("*.json"))]
    files: list[Head | Pairs | Ingredients] = [head, pairs, *parts]
    signatures = {(each.version, each.signed_by_code) for each in files}
    if len(signatures) > 1:
        raise PartsDifferError(f"parts of one formulary differ: {sorted(signatures)}")
    rows = (row for part in parts for row in part.ingredients)
    return Formulary(
        version=head.version,
        signed_by_code=head.signed_by_code,
        clinic_mixtures=head.clinic_mixtures,
        ingredients=tuple(allowed(row, pairs) for row in rows),
        incompatibilities=tuple(forbidden(row) for row in pairs.pairs if not row.compatible),
        topical_products=anaesthetics.topical_products,
    )


def allowed(row: Ingredient, pairs: Pairs) -> Ingredient:
    """Return `row` with the pairs in which it stands first and that may share a syringe."""
    shared = (
        Compatibility(
            pair.ingredient_codes[1],
            pair.stable_seconds,
            pair.source_codes,
            pair.effective_from,
            pair.effective_until,
        )
        for pair in pairs.pairs
        if pair.compatible and pair.ingredient_codes[0] == row.ingredient_code
    )
    return replace(row, compatibilities=(*row.compatibilities, *shared))


def forbidden(pair: PairRow) -> Incompatibility:
    """Return a pair that must not meet."""
    return Incompatibility(
        pair.ingredient_codes,
        pair.effect_code,
        pair.source_codes,
        pair.effective_from,
        pair.effective_until,
    )
