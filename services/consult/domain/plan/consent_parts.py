"""The text a patient signs, assembled from the plan and the reference data (DOMAIN 8, 10 rule 6).

It depends on nothing but its arguments: the same plan in the same terms gives the same bytes, for
the rows are those that were in force on the day of the terms. The words are those of the day on
which it is read or signed, for nobody signs under words that a clinical lead has ended; what was
signed is read again in the words that it was signed under.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.consult.domain.formulary.chairside import SupplementaryTherapies, SupplementaryTherapy
from services.consult.domain.formulary.reference import Formulary, Ingredient
from services.consult.domain.formulary.schedules import DAYS_PER_WEEK
from services.consult.domain.plan.consent_text import ConsentTexts, amount, said, with_sources
from services.consult.domain.plan.errors import IngredientNotFound
from services.consult.domain.plan.model import Component, Plan, PlanQuote
from services.consult.domain.plan.standing import quoted, refuse_closed, stands

MICROGRAMS_PER_MILLIGRAM = 1_000
MICROLITRES_PER_MILLILITRE = 1_000
MILLIGRAMS_PER_GRAM = 1_000


@dataclass(frozen=True, slots=True)
class Material:
    """What a text is made of beside the plan: words, rows, therapies."""

    texts: ConsentTexts
    formulary: Formulary
    therapies: SupplementaryTherapies

    def row(self, component: Component, plan: Plan) -> Ingredient | None:
        """Return the row of an ingredient as it was in force on the day of the terms."""
        return self.formulary.ingredient(component.ingredient_code, terms_day(plan))

    def therapy(self, therapy_code: str) -> SupplementaryTherapy | None:
        """Return a therapy beside the sessions."""
        held = (each for each in self.therapies.therapies if each.therapy_code == therapy_code)
        return next(held, None)


def words_day(plan: Plan, today: date) -> date:
    """Return the day whose words the text is in: that of the signature that stands, or today."""
    consent = plan.consent
    if consent is None or not stands(consent) or consent.plan_version != plan.terms_version:
        return today
    return consent.signed_at.date()


def terms_day(plan: Plan) -> date:
    """Return the day of what the plan says now."""
    return (plan.terms_at or plan.proposed_at).date()


@dataclass(frozen=True, slots=True)
class Assembly:
    """Puts one plan's text together. What it does not find it leaves out: `gaps` says so."""

    plan: Plan
    material: Material

    def text(self) -> str:
        """Return the whole text, or refuse a plan that is over or has no price."""
        refuse_closed(self.plan)
        texts, headings = self.material.texts, self.material.texts.headings
        parts = [
            [texts.title, *self._opening()],
            [headings.ingredients, *self._ingredients()],
            [headings.risks, *said(texts.risks)],
            [headings.schedule, *self._schedule(), *said(texts.expectations)],
            [headings.supplementary, *self._supplementary()],
            [headings.cost, *self._cost(quoted(self.plan))],
            [headings.cooling_off, texts.lines.cooling_off],
            [headings.alternatives, *said(texts.alternatives)],
            [headings.rights, *said(texts.rights)],
            [self._made_from()],
        ]
        said_parts = ["\n".join(part) for part in parts if part != [headings.supplementary]]
        return "\n\n".join(said_parts) + "\n"

    def _opening(self) -> Iterator[str]:
        plan, texts = self.plan, self.material.texts
        yield texts.lines.plan.format(plan_id=plan.plan_id, plan_version=plan.terms_version)
        for goal in plan.goals:
            yield texts.goals.get(goal, "")

    def _ingredients(self) -> Iterator[str]:
        lines, cocktail = self.material.texts.lines, self.plan.cocktail
        for component in cocktail.components:
            yield from self._ingredient(component)
        yield lines.preparation.format(
            preparation=self.material.texts.preparations.get(cocktail.source, ""),
            millilitres=Decimal(cocktail.volume_microlitres) / MICROLITRES_PER_MILLILITRE,
        )
        topical = self.plan.topical_anaesthetic
        if topical is not None:
            grams = Decimal(topical.mass_milligrams) / MILLIGRAMS_PER_GRAM
            yield lines.topical.format(product_code=topical.product_code, grams=grams)

    def _ingredient(self, component: Component) -> Iterator[str]:
        texts, row = self.material.texts, self.material.row(component, self.plan)
        if row is None:
            raise IngredientNotFound(ingredient_code=component.ingredient_code)
        milligrams = Decimal(component.dose_micrograms) / MICROGRAMS_PER_MILLIGRAM
        yield texts.lines.dose.format(name=row.display_name, milligrams=milligrams)
        status = row.status_in(self.plan.jurisdiction_code)
        if status is not None and status.status in texts.statuses:
            yield with_sources(texts.statuses[status.status], status.source_codes)
        if row.evidence in texts.evidence:
            yield with_sources(texts.evidence[row.evidence], row.source_codes)
        known = texts.ingredients.get(row.ingredient_code)
        if known is not None:
            yield from said(known.risks)
            yield from said(known.figures)

    def _schedule(self) -> Iterator[str]:
        plan, lines = self.plan, self.material.texts.lines
        protocol, sessions = plan.protocol, len(plan.protocol.windows)
        if plan.imported is not None:
            yield lines.imported.format(
                sessions=plan.imported.sessions_performed,
                last_performed_on=plan.imported.last_performed_on.isoformat(),
            )
        yield lines.schedule.format(
            protocol_code=protocol.protocol_code,
            sessions=sessions,
            weeks=protocol.windows[-1].ideal_days // DAYS_PER_WEEK,
            floor_days=protocol.floor_days,
        )
        if not plan.maintenance_protocol_code:
            yield lines.no_maintenance
            return
        yield lines.maintenance.format(
            protocol_code=plan.maintenance_protocol_code,
            first_number=plan.induction_sessions + 1,
            sessions=sessions - plan.induction_sessions,
        )

    def _supplementary(self) -> Iterator[str]:
        language = self.material.texts.language
        for code in self.plan.supplementary_therapy_codes:
            therapy = self.material.therapy(code)
            if therapy is not None and language in therapy.texts:
                yield with_sources(therapy.texts[language], therapy.source_codes)

    def _cost(self, quote: PlanQuote) -> Iterator[str]:
        lines = self.material.texts.lines
        yield lines.cost.format(
            total=amount(quote.total),
            deposit=amount(quote.deposit),
            valid_until=quote.valid_until.date().isoformat(),
            quote_id=quote.quote_id,
        )
        if quote.total_12_months is not None and quote.total_24_months is not None:
            yield lines.cost_12_24.format(
                total_12_months=amount(quote.total_12_months),
                total_24_months=amount(quote.total_24_months),
            )

    def _made_from(self) -> str:
        texts = self.material.texts
        return texts.lines.made_from.format(
            formulary_version=self.plan.formulary_version,
            rules_version=self.plan.suitability_rules_version,
            texts_version=texts.version,
            signed_by_code=texts.signed_by_code,
        )
