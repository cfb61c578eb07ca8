"""What is seen of a patient on a day: the record, read by what the chain signed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.consult.domain.consultation.grading import PullTestRule, pull_test_result
from services.consult.domain.consultation.model import Findings, ScreeningAnswer, TrichoscopySign
from services.consult.domain.consultation.screening import (
    AGED,
    Observations,
    RuleSet,
    Sight,
    Subject,
    Topic,
)
from services.consult.domain.dating import aged_on, begun_by
from services.consult.domain.formulary.model import Policy
from services.consult.domain.formulary.rows import lab_valid_days
from services.consult.domain.patient.clinical import (
    Answer,
    Coding,
    Fertility,
    History,
    LabResult,
    Therapy,
)
from services.consult.domain.patient.model import Patient

PRESENT = "PRESENT"
ABSENT = "ABSENT"
MISSING = "MISSING"
NOT_ASKED = "NOT_ASKED"
OPEN = "OPEN"
CLOSED = "CLOSED"
# Of two answers to one item the more careful one counts.
LEAST_CAREFUL_FIRST = (Answer.NO, Answer.UNKNOWN, Answer.YES)
RESULTS = {Answer.NO: "NEGATIVE", Answer.UNKNOWN: "UNKNOWN", Answer.YES: "POSITIVE", None: PRESENT}
RESULTS_LEAST_CAREFUL_FIRST = (None, *LEAST_CAREFUL_FIRST)
BODY_WEIGHT: Subject = (Topic.WEIGHT, "BODY_WEIGHT")
FERTILITY_ASKED = (
    "PLANNING_PREGNANCY",
    "PLANNING_TO_FATHER",
    "CONTRACEPTION",
    "POST_DOSE_UNDERTAKING",
)


@dataclass(frozen=True, slots=True)
class Lens:
    """By what a record is read: the rules, the chain's numbers, and the day.

    Measurements are as old as they are on `ages_on`, else on the day: one that counted then counts.
    """

    rules: RuleSet
    policy: Policy | None
    pull_test: PullTestRule | None
    day: date
    ages_on: date | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a consultation brought to light."""

    findings: Findings
    answers: Sequence[ScreeningAnswer]


def observe(patient: Patient, history: History, evidence: Evidence, lens: Lens) -> Sight:
    """Return what is known of a patient, and until when the parts of it that age count."""
    dated = {**labs(history, lens), **weight(history, lens)}
    observed = {
        **answered(evidence.answers, lens.rules),
        **found(evidence.findings, lens.pull_test),
        **recorded(patient, history),
        **fertility(history.fertility),
        **policy(lens.policy),
        **concepts(history, current(patient.therapies, lens.day), lens.rules),
        **{subject: each.value for subject, each in dated.items()},
    }
    return Sight(observed, {subject: each.end for subject, each in dated.items() if each.end})


def answered(answers: Sequence[ScreeningAnswer], rules: RuleSet) -> Observations:
    """Return the answers; what an older questionnaire did not ask yet is not known."""
    unasked = {(Topic.ANSWER, code): Answer.UNKNOWN.value for code in rules.subjects(Topic.ANSWER)}
    careful = sorted(answers, key=lambda each: LEAST_CAREFUL_FIRST.index(each.answer))
    return unasked | {(Topic.ANSWER, each.item_code): each.answer.value for each in careful}


def found(findings: Findings, pull_test: PullTestRule | None) -> Observations:
    """Return what the examination found; a sign counts by its name behind TRICHOSCOPY_."""
    photographed = bool(findings.photo_digests or findings.photos)
    looked_closely = bool(
        findings.trichoscopy_done or findings.trichoscopy_signs or findings.pull_test
    )
    signs = {
        (Topic.FINDING, f"TRICHOSCOPY_{sign.value}"): there(sign in findings.trichoscopy_signs)
        for sign in TrichoscopySign
    }
    return signs | {
        (Topic.FINDING, "DIAGNOSIS"): findings.diagnosis.value,
        (Topic.FINDING, "RED_FLAG"): there(bool(findings.red_flags)),
        (Topic.FINDING, "BDD_POSITIVE"): findings.bdd_positive.value,
        (Topic.FINDING, "PHOTOGRAPHS"): there(photographed),
        (Topic.FINDING, "TRICHOSCOPY_OR_PULL_TEST"): there(looked_closely),
        (Topic.FINDING, "PULL_TEST"): pull_test_result(findings.pull_test, pull_test).value,
    }


def recorded(patient: Patient, history: History) -> Observations:
    """Return what the record says of the patient."""
    return {
        (Topic.PATIENT, "VITAL_STATUS"): patient.vital_status.value,
        (Topic.PATIENT, "AGE_BAND"): patient.age_band.value,
        (Topic.PATIENT, "PREGNANCY_POTENTIAL"): patient.pregnancy_potential.value,
        (Topic.HISTORY, "PREGNANT"): history.pregnant.value,
        (Topic.HISTORY, "BREASTFEEDING"): history.breastfeeding.value,
    }


def fertility(asked: Fertility | None) -> Observations:
    """Return what was asked about children to come."""
    said: dict[str, Answer | None] = {
        name: getattr(asked, name.lower(), None) for name in FERTILITY_ASKED
    }
    return {
        (Topic.FERTILITY, name): each.value if each else NOT_ASKED for name, each in said.items()
    }


def policy(signed: Policy | None) -> Observations:
    """Return what the chain's clinical lead opened (DOMAIN 3.1, 10 rule 4)."""
    opened = signed is not None and signed.five_ari_with_pregnancy_potential
    return {(Topic.POLICY, "FIVE_ARI"): OPEN if opened else CLOSED}


def there(seen: bool) -> str:
    """Return how something seen or not seen is written."""
    return PRESENT if seen else ABSENT


def current(therapies: Iterable[Therapy], day: date) -> Sequence[Coding]:
    """Return the therapies that a patient has on `day`, the last of one included."""
    return [
        each.coding for each in therapies if each.started_on <= day <= (each.ended_on or date.max)
    ]


def concepts(history: History, therapies: Sequence[Coding], rules: RuleSet) -> Observations:
    """Return the concepts that the codes of a record stand for."""
    lists: Mapping[Topic, Sequence[Coding]] = {
        Topic.ALLERGY: history.allergies,
        Topic.CONDITION: history.conditions,
        Topic.MEDICATION: history.medications,
        Topic.THERAPY: therapies,
    }
    return {
        (topic, concept): PRESENT
        for topic, codings in lists.items()
        for coding in codings
        if (concept := rules.concept(coding)) is not None
    }


@dataclass(frozen=True, slots=True)
class Reading:
    """What something that ages says, and the first day that it says so no more."""

    value: str
    end: date | None = None


def labs(history: History, lens: Lens) -> Mapping[Subject, Reading]:
    """Return the last result of each laboratory test that a rule names or the history has."""
    codes = lens.rules.subjects(Topic.LAB) | {each.lab_code for each in history.labs}
    return {(Topic.LAB, code): lab(code, history.labs, lens) for code in codes}


def lab(code: str, results: Iterable[LabResult], lens: Lens) -> Reading:
    """Return the last result of one test; of two on a day the more careful one counts."""
    latest = begun_by(lens.day)
    known = [each for each in results if each.lab_code == code and each.measured_on <= latest]
    if not known:
        return Reading(MISSING)
    last = max(
        known,
        key=lambda each: (each.measured_on, RESULTS_LEAST_CAREFUL_FIRST.index(each.positive)),
    )
    valid_days = lab_valid_days(lens.policy, code)
    return dated(RESULTS[last.positive], last.measured_on, valid_days, lens)


def weight(history: History, lens: Lens) -> Mapping[Subject, Reading]:
    """Return whether a body weight is known and recent enough."""
    if history.weight is None or history.weight.measured_on > begun_by(lens.day):
        return {BODY_WEIGHT: Reading(MISSING)}
    valid_days = lens.policy.weight_valid_days if lens.policy is not None else None
    return {BODY_WEIGHT: dated(PRESENT, history.weight.measured_on, valid_days, lens)}


def dated(value: str, measured_on: date, valid_days: int | None, lens: Lens) -> Reading:
    """Return `value` while it is at most as many days old as the chain signed."""
    if valid_days is None:
        return Reading(AGED)
    end = aged_on(measured_on, valid_days)
    return Reading(value, end) if (lens.ages_on or lens.day) < end else Reading(AGED)
