"""What a plan's text would fail to say: a text with a gap is not signed (DOMAIN 8, 10 rule 6)."""

from collections.abc import Iterator, Sequence

from services.chassis.kernel import Violation
from services.consult.domain.formulary.reference import Ingredient
from services.consult.domain.plan.consent_parts import Material
from services.consult.domain.plan.consent_text import IngredientTexts, Statement
from services.consult.domain.plan.errors import ConsentIncomplete
from services.consult.domain.plan.model import Plan


def gaps(plan: Plan, material: Material) -> tuple[Violation, ...]:
    """Return everything that the text of `plan` has to say and does not."""
    return (
        *ingredient_gaps(plan, material),
        *general_gaps(plan, material),
        *line_gaps(plan, material),
        *therapy_gaps(plan, material),
        *cost_gaps(plan),
    )


def refuse_incomplete(plan: Plan, material: Material) -> None:
    """Refuse a text that lacks something."""
    if found := gaps(plan, material):
        raise ConsentIncomplete(violations=found)


def ingredient_gaps(plan: Plan, material: Material) -> Iterator[Violation]:
    """Yield what is not said of an ingredient; one that the formulary lacks has no text at all."""
    for component in plan.cocktail.components:
        row = material.row(component, plan)
        if row is not None:
            yield from row_gaps(row, plan.jurisdiction_code, material)
            known = material.texts.ingredients.get(row.ingredient_code)
            yield from figure_gaps(row.ingredient_code, known)


def row_gaps(row: Ingredient, jurisdiction_code: str, material: Material) -> Iterator[Violation]:
    """Yield what is not said of an ingredient's evidence and of its status in the law."""
    code, texts = row.ingredient_code, material.texts
    if not texts.evidence.get(row.evidence) or not row.source_codes:
        yield Violation("EVIDENCE", code, f"the level {row.evidence.value} has no text or source")
    status = row.status_in(jurisdiction_code)
    if status is None:
        yield Violation("STATUS", code, f"has no status in {jurisdiction_code}")
    elif not texts.statuses.get(status.status) or not status.source_codes:
        yield Violation("STATUS", code, f"the status {status.status.value} has no text or source")


def figure_gaps(ingredient_code: str, known: IngredientTexts | None) -> Iterator[Violation]:
    """Yield what is not said of an ingredient's studies: a figure, or that there is none."""
    if known is None or not known.figures:
        yield Violation("FIGURES", ingredient_code, "has no figure and no word that there is none")
    if known is not None:
        yield from unsourced("RISK", ingredient_code, known.risks)
        yield from unsourced("FIGURES", ingredient_code, known.figures)


def general_gaps(plan: Plan, material: Material) -> Iterator[Violation]:
    """Yield what is not said of any plan: goals, risks, expectations, alternatives, rights."""
    texts = material.texts
    for goal in plan.goals:
        if not texts.goals.get(goal):
            yield Violation("GOAL", goal.value, "has no text")
    if not texts.preparations.get(plan.cocktail.source):
        yield Violation("PREPARATION", plan.cocktail.source.value, "has no text")
    parts = {
        "RISK": texts.risks,
        "EXPECTATION": texts.expectations,
        "ALTERNATIVE": texts.alternatives,
        "RIGHT": texts.rights,
    }
    for kind, statements in parts.items():
        if not statements:
            yield Violation(kind, texts.version, "nothing is said")
    yield from unsourced("RISK", texts.version, texts.risks)
    yield from unsourced("EXPECTATION", texts.version, texts.expectations)


def line_gaps(plan: Plan, material: Material) -> Iterator[Violation]:
    """Yield the sentences that this plan needs and the language lacks."""
    lines, headings = material.texts.lines, material.texts.headings
    needed = {
        "COST": lines.cost,
        "COST_12_24_MONTHS": lines.cost_12_24,
        "MAINTENANCE": lines.maintenance
        if plan.maintenance_protocol_code
        else lines.no_maintenance,
        "COOLING_OFF": lines.cooling_off and headings.cooling_off,
        "TOPICAL": lines.topical or not plan.topical_anaesthetic,
        "IMPORTED": lines.imported or not plan.imported,
        "SUPPLEMENTARY": headings.supplementary or not plan.supplementary_therapy_codes,
    }
    for kind, sentence in needed.items():
        if not sentence:
            yield Violation(kind, material.texts.version, "has no sentence")


def therapy_gaps(plan: Plan, material: Material) -> Iterator[Violation]:
    """Yield the therapies beside the sessions that have no text in the language."""
    for code in plan.supplementary_therapy_codes:
        therapy = material.therapy(code)
        if therapy is None or not therapy.texts.get(material.texts.language):
            yield Violation("THERAPY", code, f"has no text in {material.texts.language}")


def cost_gaps(plan: Plan) -> Iterator[Violation]:
    """Yield the costs that the quote does not give."""
    quote = plan.quote
    if quote is None or quote.total_12_months is None or quote.total_24_months is None:
        yield Violation("COST_12_24_MONTHS", plan.plan_id, "is not in the quote")


def unsourced(kind: str, subject: str, statements: Sequence[Statement]) -> Iterator[Violation]:
    """Yield the sentences that rest on nothing."""
    for number, statement in enumerate(statements, start=1):
        if not statement.text or not statement.source_codes:
            yield Violation(kind, subject, f"sentence {number} has no text or no source")
