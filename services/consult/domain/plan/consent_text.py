"""The text a patient signs, assembled from the plan and the reference data (DOMAIN 8, 10 rule 6).

It depends on nothing but its arguments: the same plan in the same terms gives the same bytes, for
the rows are those that were in force when the plan was proposed.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.consult.domain.formulary.reference import (
    DAYS_PER_WEEK,
    EvidenceLevel,
    Formulary,
    Ingredient,
    IngredientStatus,
)
from services.consult.domain.plan.errors import IngredientNotFound, PlanClosed, QuoteMissing
from services.consult.domain.plan.model import (
    Component,
    Goal,
    Money,
    Plan,
    PlanQuote,
    PlanState,
    PreparationSource,
)

MICROGRAMS_PER_MILLIGRAM = 1_000
MICROLITRES_PER_MILLILITRE = 1_000
NANOS_PER_UNIT = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence and the sources it rests on."""

    text: str
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IngredientTexts:
    """What is known to go wrong with an ingredient, and the figures of its studies."""

    risks: tuple[Statement, ...]
    figures: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of the parts."""

    ingredients: str
    risks: str
    schedule: str
    cost: str
    alternatives: str
    rights: str


@dataclass(frozen=True, slots=True)
class Lines:
    """The sentences with figures of the plan in them, as Python format strings."""

    plan: str
    dose: str
    preparation: str
    schedule: str
    cost: str
    made_from: str


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """All texts of one language."""

    language: str
    version: str
    signed_by_code: str
    title: str
    headings: Headings
    lines: Lines
    goals: Mapping[Goal, str]
    preparations: Mapping[PreparationSource, str]
    statuses: Mapping[IngredientStatus, str]
    evidence: Mapping[EvidenceLevel, str]
    ingredients: Mapping[str, IngredientTexts]
    expectations: tuple[Statement, ...]
    risks: tuple[Statement, ...]
    alternatives: tuple[Statement, ...]
    rights: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Assembly:
    """Puts one plan's text together."""

    plan: Plan
    texts: ConsentTexts
    formulary: Formulary
    jurisdiction_code: str

    def text(self) -> str:
        """Return the whole text, or refuse a plan that is over or has no price."""
        plan, texts, headings = self.plan, self.texts, self.texts.headings
        if plan.state is PlanState.WITHDRAWN:
            raise PlanClosed
        if plan.quote is None:
            raise QuoteMissing
        parts = [
            [texts.title, *self._opening()],
            [headings.ingredients, *self._ingredients()],
            [headings.risks, *said(texts.risks)],
            [headings.schedule, self._schedule(), *said(texts.expectations)],
            [headings.cost, self._cost(plan.quote)],
            [headings.alternatives, *said(texts.alternatives)],
            [headings.rights, *said(texts.rights)],
            [self._made_from()],
        ]
        return "\n\n".join("\n".join(part) for part in parts) + "\n"

    def _opening(self) -> Iterator[str]:
        plan = self.plan
        yield self.texts.lines.plan.format(plan_id=plan.plan_id, plan_version=plan.terms_version)
        for goal in plan.goals:
            yield self.texts.goals[goal]

    def _ingredients(self) -> Iterator[str]:
        for component in self.plan.cocktail.components:
            yield from self._ingredient(component)
        cocktail = self.plan.cocktail
        yield self.texts.lines.preparation.format(
            preparation=self.texts.preparations[cocktail.source],
            millilitres=Decimal(cocktail.volume_microlitres) / MICROLITRES_PER_MILLILITRE,
        )

    def _ingredient(self, component: Component) -> Iterator[str]:
        row = self._row(component)
        milligrams = Decimal(component.dose_micrograms) / MICROGRAMS_PER_MILLIGRAM
        yield self.texts.lines.dose.format(name=row.display_name, milligrams=milligrams)
        status = row.status_in(self.jurisdiction_code)
        if status is not None:
            yield with_sources(self.texts.statuses[status.status], status.source_codes)
        yield with_sources(self.texts.evidence[row.evidence], row.source_codes)
        known = self.texts.ingredients[row.ingredient_code]
        yield from said(known.risks)
        yield from said(known.figures)

    def _row(self, component: Component) -> Ingredient:
        code = component.ingredient_code
        row = self.formulary.ingredient(code, self.plan.proposed_at.date())
        if row is None:
            raise IngredientNotFound(ingredient_code=code)
        return row

    def _schedule(self) -> str:
        protocol = self.plan.protocol
        return self.texts.lines.schedule.format(
            protocol_code=protocol.protocol_code,
            sessions=len(protocol.windows),
            weeks=protocol.windows[-1].ideal_days // DAYS_PER_WEEK,
            floor_days=protocol.floor_days,
        )

    def _cost(self, quote: PlanQuote) -> str:
        return self.texts.lines.cost.format(
            total=amount(quote.total),
            deposit=amount(quote.deposit),
            valid_until=quote.valid_until.date().isoformat(),
            quote_id=quote.quote_id,
        )

    def _made_from(self) -> str:
        return self.texts.lines.made_from.format(
            formulary_version=self.plan.formulary_version,
            rules_version=self.plan.suitability_rules_version,
            texts_version=self.texts.version,
            signed_by_code=self.texts.signed_by_code,
        )


def digest_of(text: str) -> bytes:
    """Return what is signed instead of `text`: its SHA-256, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


def said(statements: Sequence[Statement]) -> Iterator[str]:
    """Yield each statement with its sources."""
    for statement in statements:
        yield with_sources(statement.text, statement.source_codes)


def with_sources(text: str, source_codes: Sequence[str]) -> str:
    """Return `text` with its sources in brackets, where it has any."""
    return f"- {text} [{', '.join(source_codes)}]" if source_codes else f"- {text}"


def amount(money: Money) -> str:
    """Return an amount such as EUR 1200.50, with as many decimals as it needs and two at least."""
    exact = Decimal(money.units) + Decimal(money.nanos) / NANOS_PER_UNIT
    cents = exact.quantize(Decimal("0.01"))
    return f"{money.currency_code} {cents if cents == exact else exact.normalize():f}"
