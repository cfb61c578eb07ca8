"""A row of the reference data counts from its first to its last day, and on no other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import pytest

from services.consult.api.rows import rules_on
from services.consult.domain.consultation.commands import AssessSuitability, RecordFindings
from services.consult.domain.consultation.decider import DECIDER, AssessmentFacts
from services.consult.domain.consultation.errors import GradeUnknown
from services.consult.domain.consultation.events import (
    ConsultationOpened,
    FindingsRecorded,
    ScreeningAnswered,
    SuitabilityAssessed,
)
from services.consult.domain.consultation.grading import GradeScale, PullTestRule
from services.consult.domain.consultation.model import Assessment, Suitability
from services.consult.domain.consultation.screening import RuleSet
from services.consult.domain.dating import Dated, is_in_force, rows_of, turning_days
from services.consult.domain.formulary.chairside import SupplementaryTherapy, TopicalProduct
from services.consult.domain.formulary.model import Changes
from services.consult.domain.formulary.reference import Compatibility, Incompatibility
from services.consult.domain.formulary.rows import in_force
from services.consult.domain.formulary.schedules import Tolerance
from services.consult.domain.patient.clinical import Coding
from services.consult.domain.response.rules import CitedTrial
from services.consult.handlers import ground as grounds
from services.consult.handlers.ground import ground_on
from services.consult.reference.loader import Reference, reference
from tests.support.spec import Spec
from tests.unit.consult.samples import (
    CLINIC,
    CONSULTATION,
    DOCTOR,
    FINDINGS,
    HISTORY,
    NOW,
    PATIENT,
    QUESTIONNAIRE,
    RULES,
    SCALES,
    TODAY,
    answers,
    assessment,
    clinic,
    consultation,
    patient,
    policy,
    signed,
)
from tests.unit.consult.signing import FILES, NOTHING, file_row, pair_row

HELD = reference()
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
BEFORE_ALL = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """Days, and nothing else."""

    effective_from: date
    effective_until: date | None


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        (Row(YESTERDAY, None), True),
        (Row(TODAY, TODAY), True),
        (Row(TOMORROW, None), False),
        (Row(BEFORE_ALL, YESTERDAY), False),
        (Row(BEFORE_ALL, date.max), True),
    ],
)
def test_a_row_counts_from_its_first_to_its_last_day(row: Row, counts: bool) -> None:
    assert is_in_force(row, TODAY) is counts
    assert rows_of(TODAY, [row]) == ((row,) if counts else ())


LISTS: dict[str, Sequence[Dated]] = {
    "ingredients": HELD.formulary.on(BEFORE_ALL).ingredients,
    "forbidden pairs": HELD.formulary.on(BEFORE_ALL).incompatibilities,
    "creams": HELD.formulary.on(BEFORE_ALL).topical_products,
    "clinic mixtures": HELD.formulary.on(BEFORE_ALL).clinic_mixtures,
    "schedules": HELD.schedules.on(BEFORE_ALL).schedules,
    "floors": HELD.schedules.on(BEFORE_ALL).floors,
    "tolerances": HELD.schedules.on(BEFORE_ALL).tolerances,
    "rules": HELD.rules.on(BEFORE_ALL).rules,
    "codings": HELD.rules.on(BEFORE_ALL).codings,
    "scales": HELD.scales.on(BEFORE_ALL).scales,
    "pull tests": HELD.scales.on(BEFORE_ALL).pull_tests,
    "therapies": HELD.therapies.on(BEFORE_ALL).therapies,
    "times to think": HELD.cooling_offs.on(BEFORE_ALL).rows,
    "reviews": HELD.response_rules.in_force(BEFORE_ALL).reviews,
    "responders": HELD.response_rules.in_force(BEFORE_ALL).responders,
    "verdicts": HELD.response_rules.in_force(BEFORE_ALL).verdicts,
    "trials": HELD.response_rules.in_force(BEFORE_ALL).trials,
}


@pytest.mark.parametrize("name", LISTS)
def test_before_its_first_day_nothing_counts(name: str) -> None:
    assert list(LISTS[name]) == []


def test_on_its_day_everything_of_the_sample_counts() -> None:
    assert HELD.formulary.on(TODAY) == HELD.formulary
    assert HELD.schedules.on(TODAY) == HELD.schedules
    assert HELD.rules.on(TODAY) == HELD.rules
    assert HELD.scales.on(TODAY) == HELD.scales
    assert HELD.therapies.on(TODAY) == HELD.therapies
    assert HELD.cooling_offs.on(TODAY) == HELD.cooling_offs
    assert HELD.response_rules.in_force(TODAY) == HELD.response_rules


PAIR = frozenset(("biotin", "zinc"))


@pytest.mark.parametrize("changes", [None, NOTHING])
def test_a_forbidden_pair_and_a_cream_count_on_their_days(changes: Changes | None) -> None:
    forbids = Incompatibility(("biotin", "zinc"), "PRECIPITATION", ("R1",), TODAY, TODAY)
    cream = TopicalProduct("emla", "1", (), ("R1",), TODAY, TODAY, "LEAD")
    files = replace(FILES, incompatibilities=(forbids,), topical_products=(cream,))
    for day, counts in ((YESTERDAY, False), (TODAY, True), (TOMORROW, False)):
        held = in_force(files, changes, day)
        assert (held.incompatibility(PAIR) is not None) is counts
        assert (held.topical_product("emla") is not None) is counts


def test_a_pair_that_may_be_mixed_may_be_on_its_days_and_a_signature_outlasts_it() -> None:
    allowed = Compatibility("zinc", 60, ("R1",), TODAY, TODAY)
    files = replace(FILES, ingredients=(file_row("biotin", compatibilities=(allowed,)),))
    signed_too = replace(NOTHING, pairs=(pair_row(TODAY, "biotin", "zinc"),))
    for day, by_files, by_chain in (
        (YESTERDAY, False, False),
        (TODAY, True, True),
        (TOMORROW, False, True),
    ):
        for changes, counts in ((None, by_files), (signed_too, by_chain)):
            biotin = in_force(files, changes, day).ingredient("biotin", day)
            assert biotin is not None
            assert bool(biotin.compatibilities) is counts


DatedT = TypeVar("DatedT", GradeScale, PullTestRule, SupplementaryTherapy, Tolerance, CitedTrial)


def ended(rows: Iterable[DatedT], last: date = YESTERDAY) -> tuple[DatedT, ...]:
    """Return rows that are over after `last`."""
    return tuple(replace(row, effective_until=last) for row in rows)


OPENED = ConsultationOpened(CONSULTATION, PATIENT, CLINIC, DOCTOR, NOW)
RECORD = RecordFindings(CONSULTATION, DOCTOR, FINDINGS, SCALES, None, NOW)
FOUND = FindingsRecorded(CONSULTATION, PATIENT, DOCTOR, FINDINGS, None, NOW)
VERSION = QUESTIONNAIRE.version
ANSWERED = ScreeningAnswered(CONSULTATION, PATIENT, DOCTOR, VERSION, answers(), NOW)
ASSESS = AssessSuitability(CONSULTATION, DOCTOR, NOW)


def test_a_scale_that_is_over_grades_nothing() -> None:
    over = replace(SCALES, scales=ended(SCALES.scales))
    with pytest.raises(GradeUnknown):
        Spec(DECIDER).given(OPENED).when(replace(RECORD, scales=over), None)
    last = replace(SCALES, scales=ended(SCALES.scales, TODAY))
    [event] = Spec(DECIDER).given(OPENED).when(replace(RECORD, scales=last), None)
    assert isinstance(event, FindingsRecorded)


def test_of_two_rows_the_pull_test_is_read_by_that_of_the_day() -> None:
    [row] = SCALES.pull_tests
    stricter = replace(row, version="2", positive_shed=3, effective_from=TODAY)
    held = replace(SCALES, pull_tests=(*ended([row]), stricter))
    assert held.pull_test(YESTERDAY) == replace(row, effective_until=YESTERDAY)
    assert held.pull_test(TODAY) == stricter
    assert held.pull_test(BEFORE_ALL) is None


ADULTS = next(rule for rule in RULES.rules if rule.rule_id == "MINOR")
KEPT_OUT = ("minoxidil",)


def adults(begins: date, ends: date | None = None) -> RuleSet:
    """Return the rules with one more, which keeps an ingredient from every adult on some days."""
    row = replace(
        ADULTS,
        rule_id="ADULTS",
        values=("ADULT",),
        effect=Suitability.SUITABLE,
        excluded_ingredient_codes=KEPT_OUT,
        effective_from=begins,
        effective_until=ends,
    )
    return replace(RULES, rules=(*RULES.rules, row))


def assessed(rules: RuleSet) -> Assessment:
    """Return the assessment of a sound adult today."""
    facts = AssessmentFacts(patient(), rules, QUESTIONNAIRE, SCALES, signed(policy()))
    [event] = Spec(DECIDER).given(OPENED, FOUND, ANSWERED).when(ASSESS, facts)
    assert isinstance(event, SuitabilityAssessed)
    return event.assessment


@pytest.mark.parametrize(
    ("rules", "kept_out"),
    [
        (adults(TODAY), KEPT_OUT),
        (adults(BEFORE_ALL, TODAY), KEPT_OUT),
        (adults(TOMORROW), ()),
        (adults(BEFORE_ALL, YESTERDAY), ()),
    ],
)
def test_an_assessment_asks_the_rules_of_its_day(rules: RuleSet, kept_out: tuple[str, ...]) -> None:
    assert assessed(rules).excluded_ingredient_codes == kept_out


def test_an_assessment_ends_when_the_rules_make_another_of_it() -> None:
    midnight = datetime.combine(TOMORROW, time(), UTC)
    assert assessed(adults(TOMORROW)).expires_at == midnight
    assert assessed(adults(BEFORE_ALL, TODAY)).expires_at == midnight
    otherwise = assessed(RULES).expires_at
    assert assessed(adults(TODAY + timedelta(days=99))).expires_at == otherwise
    nobody = replace(adults(TOMORROW).rules[-1], values=("MINOR",))
    silent = replace(RULES, rules=(*RULES.rules, nobody))
    assert assessed(silent).expires_at == otherwise


def kept_from(
    monkeypatch: pytest.MonkeyPatch, held: Reference, day: date, allergy: Coding | None = None
) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return what is kept on `day` from somebody who was found suitable yesterday, and concepts."""
    monkeypatch.setattr(grounds, "reference", lambda: held)
    monkeypatch.setattr(grounds, "rules_on", held.rules.on)
    monkeypatch.setattr(grounds, "days_that_turn", lambda: turning_days(held.rules.rows))
    found = consultation(replace(assessment(), rules_version=f"{RULES.version}+1"))
    assert str(found.assessed_at).startswith(str(YESTERDAY))
    who = patient(history=replace(HISTORY, allergies=(allergy,) if allergy else ()))
    ground = ground_on(signed(policy()), who, found, clinic(), day)
    return tuple(ground.excluded), ground.allergy_concepts


def test_a_rule_that_began_since_the_assessment_keeps_out_from_its_day_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = replace(HELD, rules=adults(TOMORROW, TOMORROW))
    assert kept_from(monkeypatch, held, TODAY)[0] == ()
    assert kept_from(monkeypatch, held, TOMORROW)[0] == KEPT_OUT
    assert kept_from(monkeypatch, held, TOMORROW + timedelta(days=1))[0] == ()


def test_an_allergy_is_known_by_its_coding_on_the_days_of_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    coding = replace(RULES.codings[0], effective_from=TOMORROW)
    held = replace(HELD, rules=replace(RULES, codings=(coding,)))
    allergy = Coding(coding.system, coding.code)
    assert kept_from(monkeypatch, held, TODAY, allergy)[1] == frozenset()
    assert kept_from(monkeypatch, held, TOMORROW, allergy)[1] == {coding.concept}


def test_shown_are_the_rules_of_the_day() -> None:
    assert rules_on(BEFORE_ALL, "", "", "") == []
    assert len(rules_on(TODAY, "", "", "")) == len(RULES.rules)


def test_of_two_rows_of_a_place_the_one_of_the_day_says_the_days() -> None:
    first = HELD.cooling_offs.rows[0]
    rows = (replace(first, effective_until=YESTERDAY), replace(first, effective_from=TODAY, days=2))
    law = replace(HELD.cooling_offs, rows=rows)
    assert [row.days for row in law.on(YESTERDAY).rows] == [None]
    assert [row.days for row in law.on(TODAY).rows] == [2]


def test_windows_stray_by_the_tolerances_of_the_day() -> None:
    wider = (replace(row, tolerance_days=0) for row in HELD.schedules.tolerances)
    tolerances = (*ended(HELD.schedules.tolerances), *ended(wider, TODAY))
    held = replace(HELD.schedules, tolerances=tolerances)
    weekly = HELD.schedules.schedules[0]
    assert held.on(YESTERDAY).protocol(weekly) == HELD.schedules.protocol(weekly)
    assert held.on(TODAY).tolerance_after(7) == 0


def test_a_therapy_that_is_over_is_not_offered() -> None:
    over = replace(HELD.therapies, therapies=ended(HELD.therapies.therapies))
    assert over.on(TODAY).therapies == ()
    assert over.on(YESTERDAY) == over


def test_a_trial_counts_on_its_days() -> None:
    rules = HELD.response_rules
    measure = rules.trials[0].measure
    over = replace(rules, trials=ended(rules.trials))
    assert over.in_force(TODAY).figures(measure) == ()
    assert over.in_force(YESTERDAY).figures(measure) == rules.figures(measure)
