"""Every check of a cocktail, with its rule, its subject and its arithmetic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.chassis.kernel import DomainError
from services.consult.domain.formulary.model import Policy
from services.consult.domain.formulary.reference import Formulary
from services.consult.domain.patient.clinical import BodyWeight
from services.consult.domain.plan.model import Cocktail, TopicalAnaesthetic


@dataclass(frozen=True, slots=True)
class Ground:
    """What a cocktail is held against: the rows in force, where and when, and for whom not."""

    formulary: Formulary
    jurisdiction_code: str
    day: date
    # Ingredients kept from this patient, each with the rule that keeps it.
    excluded: Mapping[str, str]
    # Concepts of the patient's allergies, by the reference data's codings.
    allergy_concepts: frozenset[str]
    weight: BodyWeight | None
    policy: Policy | None


@dataclass(frozen=True, slots=True)
class Check:
    """One check; without a verdict it is passed."""

    verdict: type[DomainError] | None
    rule_code: str
    subject_code: str
    arithmetic: str
    source_codes: tuple[str, ...]


def checks(
    cocktail: Cocktail, topical: TopicalAnaesthetic | None, ground: Ground
) -> tuple[Check, ...]:
    """Return every check of `cocktail`, passed or not, in the order in which a plan is refused."""
    raise NotImplementedError("A")


def refuse_failed(made: Sequence[Check]) -> None:
    """Refuse with everything that is wrong of the first kind; pass where nothing is."""
    raise NotImplementedError("A")
