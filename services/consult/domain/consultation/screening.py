"""Suitability as a table: what is observed of a patient, and the signed rows that it fires.

What is observed is a flat map from (topic, subject) to a value, so that a row of the reference
data can name anything that is known: an answer, a finding, the history, the record itself.

An answer UNKNOWN stands in the rows beside YES: not knowing is the more careful of the two.
Codes of the history matter only where the reference data gives a concept for them and a row names
the concept. A code without a concept fires nothing: the questionnaire asks in words for every
condition that DOMAIN gives a reason for, no assessment is made without all of its answers, and a
review for each unknown code would bury the reviews that have a reason.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from enum import Enum

from services.consult.domain.consultation.model import Assessment, FiredRule, Suitability
from services.consult.domain.dating import Dated, is_in_force, rows_of
from services.consult.domain.patient.clinical import Coding


class Topic(Enum):
    """Where something was observed."""

    ANSWER = "ANSWER"
    FINDING = "FINDING"
    PATIENT = "PATIENT"
    HISTORY = "HISTORY"
    ALLERGY = "ALLERGY"
    CONDITION = "CONDITION"
    MEDICATION = "MEDICATION"
    LAB = "LAB"
    WEIGHT = "WEIGHT"
    FERTILITY = "FERTILITY"
    THERAPY = "THERAPY"
    POLICY = "POLICY"


Subject = tuple[Topic, str]
Observations = Mapping[Subject, str]
Answered = tuple[Suitability, tuple[str, ...]]
AGED = "AGED"
PRECEDENCE = tuple(Suitability)


@dataclass(frozen=True, slots=True)
class QuestionnaireItem:
    """A question, in words per language."""

    item_code: str
    texts: Mapping[str, str]
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A version of the questionnaire: the items, each of which has to be answered."""

    version: str
    effective_from: date
    effective_until: date | None
    signed_by_code: str
    items: tuple[QuestionnaireItem, ...]

    @property
    def item_codes(self) -> tuple[str, ...]:
        return tuple(item.item_code for item in self.items)

    def in_force_on(self, day: date) -> bool:
        """Tell whether it may be asked on `day`, its first and its last included."""
        return is_in_force(self, day)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that can be observed, and the values that count."""

    topic: Topic
    subject: str
    values: tuple[str, ...]

    @property
    def code(self) -> str:
        return f"{self.topic.value}/{self.subject}"

    def holds(self, observed: Observations) -> bool:
        return observed.get((self.topic, self.subject)) in self.values


@dataclass(frozen=True, slots=True)
class SuitabilityRule:
    """A row: it fires when what it watches has one of its values, and all of `also` hold besides.

    It is silent all the same where all of `unless` hold. The effect SUITABLE leaves the patient
    suitable: such a row only keeps ingredients out.
    """

    rule_id: str
    version: str
    topic: Topic
    subject: str
    values: tuple[str, ...]
    effect: Suitability
    remedy_code: str
    excluded_ingredient_codes: tuple[str, ...]
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str
    also: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()

    @property
    def watched(self) -> tuple[Condition, ...]:
        return (Condition(self.topic, self.subject, self.values), *self.also)

    def fires_on(self, observed: Observations) -> bool:
        excused = bool(self.unless) and all(each.holds(observed) for each in self.unless)
        return all(each.holds(observed) for each in self.watched) and not excused

    def unmet(self, observed: Observations) -> tuple[str, ...]:
        """Return the codes of what is not so yet: were all of it so, the row would be silent."""
        return tuple(each.code for each in self.unless if not each.holds(observed))


@dataclass(frozen=True, slots=True)
class CodingConcept:
    """A code of a public system and the concept by which rules know it."""

    system: str
    code: str
    version: str
    concept: str
    source_codes: tuple[str, ...]
    effective_from: date
    effective_until: date | None
    signed_by_code: str


@dataclass(frozen=True, slots=True)
class Sight:
    """What is seen of a patient on a day; `ends` has the first day that a part counts no more."""

    observed: Observations
    ends: Mapping[Subject, date]

    def by(self, day: date) -> Observations:
        """Return what is left by `day` if nothing else changes."""
        return {**self.observed, **{each: AGED for each, end in self.ends.items() if end <= day}}


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The signed rules, and the codings they know."""

    version: str
    signed_by_code: str
    rules: tuple[SuitabilityRule, ...]
    codings: tuple[CodingConcept, ...]

    @property
    def rows(self) -> tuple[Dated, ...]:
        return (*self.rules, *self.codings)

    def on(self, day: date) -> "RuleSet":
        """Return the rules and codings of `day`."""
        return replace(self, rules=rows_of(day, self.rules), codings=rows_of(day, self.codings))

    def concept(self, coding: Coding) -> str | None:
        """Return the concept of `coding`, or None for a code that no rule knows."""
        for known in self.codings:
            if (known.system, known.code) == (coding.system, coding.code):
                return known.concept
        return None

    def subjects(self, topic: Topic) -> frozenset[str]:
        """Return what the rows name of a topic."""
        named = (each for rule in self.rules for each in (*rule.watched, *rule.unless))
        return frozenset(each.subject for each in named if each.topic is topic)

    def fired(self, observed: Observations) -> tuple[FiredRule, ...]:
        """Return the rows that fire, the strictest first, whatever the order of the rows."""
        fired = (fired_by(rule, observed) for rule in self.rules if rule.fires_on(observed))
        return tuple(sorted(fired, key=lambda each: (PRECEDENCE.index(each.effect), each.rule_id)))

    def assess(self, sight: Sight, until: datetime, version: str) -> Assessment:
        """Return what the rules say; it holds until `until`, or until it would be another."""
        fired = self.fired(sight.observed)
        return Assessment(
            suitability=strictest(rule.effect for rule in fired),
            fired_rules=fired,
            excluded_ingredient_codes=excluded_by(fired),
            rules_version=version,
            expires_at=min((until, *self._turns(sight))),
        )

    def _turns(self, sight: Sight) -> Iterator[datetime]:
        """Yield when the answer becomes another, as one part after the other counts no more."""
        said = answer(self.fired(sight.observed))
        for day in sorted(set(sight.ends.values())):
            if answer(self.fired(sight.by(day))) != said:
                yield datetime.combine(day, time(), UTC)


def fired_by(rule: SuitabilityRule, observed: Observations) -> FiredRule:
    """Return how a fired row explains itself."""
    return FiredRule(
        rule_id=rule.rule_id,
        version=rule.version,
        effect=rule.effect,
        item_code=rule.subject if rule.topic is Topic.ANSWER else "",
        remedy_code=rule.remedy_code,
        excluded_ingredient_codes=rule.excluded_ingredient_codes,
        unmet_codes=rule.unmet(observed),
        source_codes=rule.source_codes,
    )


def strictest(effects: Iterable[Suitability]) -> Suitability:
    """Return the first in precedence; suitable where nothing fired."""
    return min(effects, key=PRECEDENCE.index, default=Suitability.SUITABLE)


def excluded_by(fired: Iterable[FiredRule]) -> tuple[str, ...]:
    """Return the ingredients that any of `fired` keeps from the patient."""
    return tuple(sorted({code for rule in fired for code in rule.excluded_ingredient_codes}))


def answer(fired: tuple[FiredRule, ...]) -> Answered:
    """Return what is done because of `fired`."""
    return strictest(rule.effect for rule in fired), excluded_by(fired)
