"""Reads the reference data, once, into the dataclasses of the domain.

Every file carries a `notice` for its reader, a version and who signed it. The set that comes with
the code is a sample: its signature is UNSIGNED, and a service in production refuses to start on it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from services.chassis.kernel import remembered
from services.consult.domain.consultation.grading import Scales
from services.consult.domain.consultation.screening import Questionnaire, RuleSet
from services.consult.domain.dating import Dated, rows_of, turning_days
from services.consult.domain.formulary.chairside import (
    Anaesthetics,
    CoolingOffs,
    Labs,
    SupplementaryTherapies,
)
from services.consult.domain.formulary.reference import Formulary
from services.consult.domain.formulary.schedules import Schedules
from services.consult.domain.patient.vocabulary import Vocabulary
from services.consult.domain.plan.consent_text import ConsentTexts
from services.consult.domain.response.rules import ResponseRules
from services.consult.reference.parts import Pairs, formulary_in, read

HERE = Path(__file__).parent
UNSIGNED = "SAMPLE-UNSIGNED"
DAYS_HELD = 8


class Signed(Protocol):
    """Anything that somebody has to sign."""

    @property
    def signed_by_code(self) -> str: ...


class Row(Signed, Dated, Protocol):
    """Anything that holds from a day on, under a version and a signature."""

    @property
    def version(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from."""

    source_code: str
    title: str


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data of consult."""

    formulary: Formulary
    pairs: Pairs
    schedules: Schedules
    rules: RuleSet
    questionnaires: tuple[Questionnaire, ...]
    consent_texts: tuple[ConsentTexts, ...]
    sources: tuple[Source, ...]
    scales: Scales
    labs: Labs
    anaesthetics: Anaesthetics
    therapies: SupplementaryTherapies
    cooling_offs: CoolingOffs
    response_rules: ResponseRules

    def questionnaire(self, version: str) -> Questionnaire | None:
        """Return a version of the questionnaire."""
        return next((q for q in self.questionnaires if q.version == version), None)

    def texts(self, language: str, day: date) -> ConsentTexts | None:
        """Return the texts of a language on `day`, or of the one it is a kind of: en for en-GB."""
        by_language = {texts.language: texts for texts in rows_of(day, self.consent_texts)}
        return by_language.get(language) or by_language.get(language.partition("-")[0])

    @property
    def vocabulary(self) -> Vocabulary:
        """Return what a patient's record may be written in."""
        return Vocabulary(self.labs, self.rules.codings, self.therapies)

    @property
    def rows(self) -> tuple[Row, ...]:
        """Return every row that counts from a day on."""
        return (
            *self.formulary.ingredients,
            *self.formulary.clinic_mixtures,
            *self.pairs.pairs,
            *self.anaesthetics.topical_products,
            *self.schedules.schedules,
            *self.schedules.tolerances,
            *self.schedules.floors,
            *self.rules.rules,
            *self.rules.codings,
            *self.questionnaires,
            *self.consent_texts,
            *self.scales.scales,
            *self.scales.pull_tests,
            *self.labs.labs,
            *self.therapies.therapies,
            *self.cooling_offs.rows,
            *self.response_rules.reviews,
            *self.response_rules.responders,
            *self.response_rules.verdicts,
            *self.response_rules.trials,
        )

    @property
    def signatures(self) -> frozenset[str]:
        """Return the codes of all who signed any of it, a file as a whole or a row."""
        files: list[Signed] = [
            self.formulary,
            self.pairs,
            self.schedules,
            self.rules,
            self.scales,
            self.labs,
            self.anaesthetics,
            self.therapies,
            self.cooling_offs,
            self.response_rules,
        ]
        return frozenset(signed.signed_by_code for signed in (*files, *self.rows))


class NotSignedError(RuntimeError):
    """Reference data that nobody signed is not for the treatment of people."""


@dataclass(frozen=True, slots=True)
class Questionnaires:
    """The file of the questionnaires."""

    questionnaires: tuple[Questionnaire, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """The file of the sources."""

    sources: tuple[Source, ...]


@remembered
def reference() -> Reference:
    """Return the reference data; it is read at the first call."""
    return load(HERE)


@lru_cache(maxsize=DAYS_HELD)
def formulary_on(day: date) -> Formulary:
    """Return the files' formulary of `day`; every command of that day asks for it."""
    return reference().formulary.on(day)


@lru_cache(maxsize=DAYS_HELD)
def rules_on(day: date) -> RuleSet:
    """Return the files' rules of `day`."""
    return reference().rules.on(day)


@remembered
def days_that_turn() -> Sequence[date]:
    """Return the days from which an assessment rests on other rows than the day before."""
    held = reference()
    return turning_days((*held.rules.rows, *held.scales.pull_tests))


def load(folder: Path) -> Reference:
    """Read a set of reference data. Raises msgspec.ValidationError for a file that is not right."""
    texts = sorted((folder / "consent_texts").glob("*.json"))
    pairs = read(folder / "pairs.json", Pairs)
    anaesthetics = read(folder / "anaesthetics.json", Anaesthetics)
    return Reference(
        formulary=formulary_in(folder, pairs, anaesthetics),
        pairs=pairs,
        schedules=read(folder / "protocols.json", Schedules),
        rules=read(folder / "suitability_rules.json", RuleSet),
        questionnaires=read(folder / "questionnaires.json", Questionnaires).questionnaires,
        consent_texts=tuple(read(path, ConsentTexts) for path in texts),
        sources=read(folder / "sources.json", Sources).sources,
        scales=read(folder / "diagnosis_scales.json", Scales),
        labs=read(folder / "labs.json", Labs),
        anaesthetics=anaesthetics,
        therapies=read(folder / "therapies.json", SupplementaryTherapies),
        cooling_offs=read(folder / "cooling_off.json", CoolingOffs),
        response_rules=read(folder / "response_rules.json", ResponseRules),
    )


def refuse_unsigned(held: Reference) -> None:
    """Raise NotSignedError where anything of `held` is signed by nobody."""
    if UNSIGNED in held.signatures:
        raise NotSignedError(
            "the reference data is the unsigned sample: put files that a clinical lead signed "
            f"into {HERE}"
        )
