"""What a chain signs on top of the reference data; tests change what they are about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from services.consult.domain.formulary.chairside import ClinicMixture
from services.consult.domain.formulary.commands import SignIngredient, SignPair, SignPolicy
from services.consult.domain.formulary.facts import ApplicationFacts, SigningFacts
from services.consult.domain.formulary.model import (
    Changes,
    IngredientTerms,
    PairTerms,
    Policy,
    SignedIngredient,
    SignedLimit,
    SignedPair,
    formulary_of,
)
from services.consult.domain.formulary.reference import (
    Compatibility,
    EvidenceLevel,
    Formulary,
    Incompatibility,
    Ingredient,
    IngredientClass,
    IngredientStatus,
    JurisdictionStatus,
)
from services.consult.reference.loader import reference
from tests.unit.consult import samples
from tests.unit.consult.samples import CHAIN, DOCTOR, NOW, TODAY, doctor

ChangedT = TypeVar("ChangedT", Ingredient, IngredientTerms, SignIngredient, SignPair, SignPolicy)


def but(sound: ChangedT, changes: Mapping[str, object]) -> ChangedT:
    """Return `sound` with the fields that `changes` names."""
    named: dict[str, Any] = dict(changes)
    return replace(sound, **named)


def file_row(code: str, **changes: object) -> Ingredient:
    """Return a row of the files that blocks an ingredient, but for `changes`."""
    sound = Ingredient(
        ingredient_code=code,
        version="1",
        display_name=code.title(),
        ingredient_class=IngredientClass.VITAMIN,
        hazardous=True,
        evidence=EvidenceLevel.NONE,
        statuses=(JurisdictionStatus("", IngredientStatus.BLOCKED, ("R1",)),),
        limits=(),
        weight_limits=(),
        compatibilities=(),
        source_codes=("R1",),
        effective_from=date(2026, 1, 1),
        effective_until=None,
        signed_by_code="FILES",
        block_reason_code="OUT_OF_SCOPE",
    )
    return but(sound, changes)


# Of the pairs that these files know, b+d may be mixed, b+z and d+z may not.
FILES = Formulary(
    version="files",
    signed_by_code="FILES",
    clinic_mixtures=(ClinicMixture(3, "1", ("R1",), date(2026, 1, 1), None, "FILES"),),
    ingredients=(
        file_row("biotin", compatibilities=(Compatibility("dexpanthenol", 60, ("R1",)),)),
        file_row("dexpanthenol"),
        file_row("dutasteride"),
        file_row("zinc"),
    ),
    incompatibilities=(
        Incompatibility(("biotin", "zinc"), "PRECIPITATION", ("R1",)),
        Incompatibility(("dexpanthenol", "zinc"), "PRECIPITATION", ("R1",)),
    ),
)
FORMULARY = formulary_of(CHAIN)
NOTHING = Changes(FORMULARY, (), (), (), "")
SOURCES = ("SOP-7",)


def terms(code: str = "dutasteride", most: int = 400, **changes: object) -> IngredientTerms:
    """Return terms that let an ingredient be given everywhere up to `most` micrograms."""
    sound = IngredientTerms(
        ingredient_code=code,
        evidence=EvidenceLevel.SMALL_TRIALS,
        statuses=(JurisdictionStatus("", IngredientStatus.OFF_LABEL, SOURCES),),
        limits=(SignedLimit("", most, SOURCES),),
        weight_limits=(),
        hazardous=False,
        immediate_use=True,
        sterile_products=1,
    )
    return but(sound, changes)


def pair(one: str = "biotin", other: str = "dexpanthenol", compatible: bool = True) -> PairTerms:
    """Return what is known of a pair."""
    effect = "" if compatible else "PRECIPITATION"
    return PairTerms(one, other, compatible, 3_600 if compatible else None, effect)


def policy(**changes: object) -> Policy:
    """Return a chain's own numbers that hold from today on, but for `changes`."""
    return samples.policy(**{"effective_from": TODAY, **changes})


def ingredient_row(day: date = TODAY, most: int = 400, **changes: object) -> SignedIngredient:
    """Return signed terms that hold from `day` on."""
    return SignedIngredient(but(terms(most=most), changes), day, SOURCES, DOCTOR)


def pair_row(
    day: date = TODAY, one: str = "biotin", other: str = "dexpanthenol", compatible: bool = True
) -> SignedPair:
    """Return a signed pair that holds from `day` on."""
    return SignedPair(pair(one, other, compatible), day, SOURCES, DOCTOR)


def sign_ingredient(**changes: object) -> SignIngredient:
    """Return a signature of today, for today."""
    return but(SignIngredient(FORMULARY, DOCTOR, terms(), TODAY, SOURCES, NOW), changes)


def sign_pair(**changes: object) -> SignPair:
    """Return a signature of today, for today."""
    return but(SignPair(FORMULARY, DOCTOR, pair(), TODAY, SOURCES, NOW), changes)


def sign_policy(**changes: object) -> SignPolicy:
    """Return a signature of today, for today."""
    return but(SignPolicy(FORMULARY, DOCTOR, policy(), NOW), changes)


def signing_facts(until: date = TODAY) -> SigningFacts:
    """Return somebody whose licence is good until the end of `until`, and the files."""
    return SigningFacts(doctor(until=until), FILES, reference().labs)


def application_facts(*plan_ids: str) -> ApplicationFacts:
    """Return the open plans, and the version of the files."""
    return ApplicationFacts(plan_ids, FILES.version, ())
