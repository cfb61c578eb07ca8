"""Allergies: an ingredient is kept from whoever reacts to it, or to what it cross-reacts with."""

from collections.abc import Iterator, Sequence

from services.consult.domain.cocktail.model import Check, Ground
from services.consult.domain.formulary.reference import Ingredient
from services.consult.domain.plan.errors import IngredientBlocked


def allergy_checks(rows: Sequence[Ingredient], ground: Ground) -> Iterator[Check]:
    """Yield for each row whether the patient's known allergies allow it (DOMAIN 3.1).

    Ingredients that cross-react carry the same allergen: an allergy to lidocaine is one to amides.
    """
    for row in rows:
        shared = sorted(ground.allergy_concepts.intersection(row.allergen_codes))
        allergens = ", ".join(shared or row.allergen_codes)
        said = f"carries {allergens}" if allergens else "carries no known allergen"
        said += ", to which the patient is allergic" if shared else ""
        verdict = IngredientBlocked if shared else None
        yield Check(verdict, "ALLERGY", row.ingredient_code, said, row.source_codes)
