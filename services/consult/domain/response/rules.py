"""The named rules by which a response is judged: a local definition, which the chain signs.

No consensus definition of a responder was found (DOMAIN 5), so each judgement carries the codes
of its rules and their version.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from services.consult.domain.dating import rows_of
from services.consult.domain.response.curve import baseline, change
from services.consult.domain.response.model import (
    AssessorKind,
    Measure,
    NotedOutcome,
    ResponseVerdict,
    TrialFigure,
)

# Why nothing can be said.
BEFORE_REVIEW = "BEFORE-FIRST-REVIEW"
NOT_MEASURED = "NOTHING-MEASURED"
NO_RULE = "NO-RULE-APPLIES"


class Quantity(Enum):
    """What of a measure is looked at, in thousandths."""

    CHANGE = "CHANGE"
    CHANGE_PERCENT = "CHANGE_PERCENT"


@dataclass(frozen=True, slots=True)
class ReviewWeek:
    """In which week after the first performed session a response is judged."""

    week: int
    version: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class ResponderRule:
    """Who has responded: any one of them is enough. No assessors means whoever measured."""

    rule_code: str
    version: str
    measure: Measure
    assessors: tuple[AssessorKind, ...]
    quantity: Quantity
    at_least_thousandths: int
    marked: bool
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class VerdictRule:
    """What follows at a review; `induction_over` is unset where it makes no difference."""

    rule_code: str
    version: str
    week: int
    responder: bool
    induction_over: bool | None
    verdict: ResponseVerdict
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str

    def applies(self, week: int, responder: bool, induction_over: bool) -> bool:
        asked = self.induction_over in (None, induction_over)
        return asked and (self.week, self.responder) == (week, responder)


@dataclass(frozen=True, slots=True)
class CitedTrial:
    """A trial's figure, and the measure that it stands beside."""

    measure: Measure
    version: str
    figure: TrialFigure
    effective_from: date
    effective_until: date | None
    signed_by_code: str

    @property
    def source_codes(self) -> tuple[str, ...]:
        return self.figure.source_codes


@dataclass(frozen=True, slots=True)
class ResponseRules:
    """When a response is judged, by what, and what trials found."""

    version: str
    signed_by_code: str
    label: str
    reviews: tuple[ReviewWeek, ...]
    responders: tuple[ResponderRule, ...]
    verdicts: tuple[VerdictRule, ...]
    trials: tuple[CitedTrial, ...]

    @property
    def said(self) -> str:
        """Return the version as every judgement states it: whose definition it is comes first."""
        return f"{self.label}/{self.version}"

    def in_force(self, day: date) -> "ResponseRules":
        """Return the reviews, the rules and the trials of `day`."""
        return replace(
            self,
            reviews=rows_of(day, self.reviews),
            responders=rows_of(day, self.responders),
            verdicts=rows_of(day, self.verdicts),
            trials=rows_of(day, self.trials),
        )

    @property
    def review_weeks(self) -> tuple[int, ...]:
        """Return the weeks of the reviews, each once."""
        return tuple(sorted({row.week for row in self.reviews}))

    def figures(self, measure: Measure) -> tuple[TrialFigure, ...]:
        """Return what the cited trials found of `measure`."""
        return tuple(trial.figure for trial in self.trials if trial.measure is measure)

    def review_of(self, week: int) -> int | None:
        """Return the review that a measure of `week` counts for: its own week's or the last."""
        return max((review for review in self.review_weeks if review <= week), default=None)

    def counting(self, noted: Sequence[NotedOutcome], review: int) -> tuple[NotedOutcome, ...]:
        """Return what counts at `review`: measured in its week or after, before the next one."""
        return tuple(each for each in noted if self.review_of(each.outcome.week) == review)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and the rules that led to it."""

    verdict: ResponseVerdict
    rule_codes: tuple[str, ...]


def judged(
    rules: ResponseRules, noted: Sequence[NotedOutcome], review: int | None, induction_over: bool
) -> Judgement:
    """Return what the rules make of `noted` at a review; None is before the first one."""
    if review is None:
        return Judgement(ResponseVerdict.NOT_ASSESSABLE, (BEFORE_REVIEW,))
    asked = [(rule, holds(rule, rules, noted, review)) for rule in rules.responders]
    if all(answer is None for _, answer in asked):
        return Judgement(ResponseVerdict.NOT_ASSESSABLE, (NOT_MEASURED,))
    met = tuple(rule.rule_code for rule, answer in asked if answer)
    for verdict in rules.verdicts:
        if verdict.applies(review, bool(met), induction_over):
            return Judgement(verdict.verdict, (*met, verdict.rule_code))
    return Judgement(ResponseVerdict.NOT_ASSESSABLE, (*met, NO_RULE))


def holds(
    rule: ResponderRule, rules: ResponseRules, noted: Sequence[NotedOutcome], review: int
) -> bool | None:
    """Tell whether `rule` is met by the latest measure that it looks at; None without one."""
    found = [
        each
        for each in rules.counting(noted, review)
        if each.outcome.measure is rule.measure
        if not rule.assessors or each.assessor in rule.assessors
    ]
    if not found:
        return None
    # Of two of one week the one that was noted later counts.
    latest = max(reversed(found), key=lambda each: each.outcome.week).outcome
    before = baseline(noted, rule.measure)
    moved = change(latest, before)
    if moved is None:
        return None
    if rule.quantity is Quantity.CHANGE:
        return moved >= rule.at_least_thousandths
    if before is None or before <= 0:
        return None
    # Both sides in thousandths of a per cent of the baseline, without a fraction.
    return moved * 100_000 >= rule.at_least_thousandths * before
