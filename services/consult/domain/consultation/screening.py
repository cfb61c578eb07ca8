"""Suitability as a table: what is observed of a patient, and the signed rows that it fires.

What is observed is a flat map from (topic, subject) to a value, so that a row of the reference
data can name anything that is known: an answer, a finding, the history, the record itself.

An answer UNKNOWN stands in the rows beside YES: not knowing is the more careful of the two.
Codes of the history matter only where the reference data gives a concept for them and a row names
the concept. A code without a concept fires nothing: the questionnaire asks in words for every
condition that DOMAIN gives a reason for, no assessment is made without all of its answers, and a
review for each unknown code would bury the reviews that have a reason.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from services.consult.domain.consultation.model import (
    Assessment,
    Findings,
    FiredRule,
    ScreeningAnswer,
    Suitability,
)
from services.consult.domain.patient.clinical import Answer, Coding, History
from services.consult.domain.patient.model import Patient


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


Observations = Mapping[tuple[Topic, str], str]
PRESENT = "PRESENT"
ABSENT = "ABSENT"
# Of two answers to one item the more careful one counts.
LEAST_CAREFUL_FIRST = (Answer.NO, Answer.UNKNOWN, Answer.YES)


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A version of the questionnaire: the items, each of which has to be answered."""

    version: str
    signed_by_code: str
    item_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that can be observed, and the values that count."""

    topic: Topic
    subject: str
    values: tuple[str, ...]

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
    also: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()

    def fires_on(self, observed: Observations) -> bool:
        watched = (Condition(self.topic, self.subject, self.values), *self.also)
        excused = bool(self.unless) and all(each.holds(observed) for each in self.unless)
        return all(each.holds(observed) for each in watched) and not excused


@dataclass(frozen=True, slots=True)
class CodingConcept:
    """A code of a public system and the concept by which rules know it."""

    system: str
    code: str
    concept: str
    source_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The signed rules, the days for which their answer holds, and the codings they know."""

    version: str
    signed_by_code: str
    screening_valid_days: int
    screening_valid_note: str
    rules: tuple[SuitabilityRule, ...]
    codings: tuple[CodingConcept, ...]

    def concept(self, coding: Coding) -> str | None:
        """Return the concept of `coding`, or None for a code that no rule knows."""
        for known in self.codings:
            if (known.system, known.code) == (coding.system, coding.code):
                return known.concept
        return None

    def assess(self, observed: Observations, answered_at: datetime) -> Assessment:
        """Return what the rules say; it holds as long as the answers do."""
        fired = tuple(fired_by(rule) for rule in self.rules if rule.fires_on(observed))
        excluded = {code for rule in fired for code in rule.excluded_ingredient_codes}
        return Assessment(
            suitability=strictest(rule.effect for rule in fired),
            fired_rules=fired,
            excluded_ingredient_codes=tuple(sorted(excluded)),
            rules_version=self.version,
            expires_at=answered_at + timedelta(days=self.screening_valid_days),
        )


def fired_by(rule: SuitabilityRule) -> FiredRule:
    """Return how a fired row explains itself."""
    return FiredRule(
        rule_id=rule.rule_id,
        version=rule.version,
        effect=rule.effect,
        item_code=rule.subject if rule.topic is Topic.ANSWER else "",
        remedy_code=rule.remedy_code,
        excluded_ingredient_codes=rule.excluded_ingredient_codes,
        source_codes=rule.source_codes,
    )


def strictest(effects: Iterator[Suitability]) -> Suitability:
    """Return the first in precedence; suitable where nothing fired."""
    order = list(Suitability)
    return min(effects, key=order.index, default=Suitability.SUITABLE)


def observe(
    patient: Patient, history: History, findings: Findings, answers: Sequence[ScreeningAnswer]
) -> dict[tuple[Topic, str], str]:
    """Return what is known of a patient, but for the codes of the history."""
    careful = sorted(answers, key=lambda each: LEAST_CAREFUL_FIRST.index(each.answer))
    observed = {(Topic.ANSWER, each.item_code): each.answer.value for each in careful}
    observed |= {
        (Topic.FINDING, "DIAGNOSIS"): findings.diagnosis.value,
        (Topic.FINDING, "RED_FLAG"): PRESENT if findings.red_flags else ABSENT,
        (Topic.FINDING, "BDD_POSITIVE"): findings.bdd_positive.value,
        (Topic.FINDING, "PHOTOGRAPHS"): PRESENT if findings.photo_digests else ABSENT,
        (Topic.FINDING, "TRICHOSCOPY_OR_PULL_TEST"): PRESENT
        if looked_closely(findings)
        else ABSENT,
        (Topic.PATIENT, "VITAL_STATUS"): patient.vital_status.value,
        (Topic.PATIENT, "AGE_BAND"): patient.age_band.value,
        (Topic.PATIENT, "PREGNANCY_POTENTIAL"): patient.pregnancy_potential.value,
        (Topic.HISTORY, "PREGNANT"): history.pregnant.value,
        (Topic.HISTORY, "BREASTFEEDING"): history.breastfeeding.value,
    }
    return observed


def looked_closely(findings: Findings) -> bool:
    """Tell whether the hair was looked at through a lens, or pulled."""
    return findings.trichoscopy_done or findings.pull_test is not None


def concepts(history: History, rules: RuleSet) -> dict[tuple[Topic, str], str]:
    """Return the concepts that the codes of `history` stand for."""
    lists = {
        Topic.ALLERGY: history.allergies,
        Topic.CONDITION: history.conditions,
        Topic.MEDICATION: history.medications,
    }
    return {
        (topic, concept): PRESENT
        for topic, codings in lists.items()
        for coding in codings
        if (concept := rules.concept(coding)) is not None
    }
