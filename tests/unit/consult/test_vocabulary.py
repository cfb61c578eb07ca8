"""What is recorded is held against the reference data, field by field (DOMAIN 3.2, 10 rule 21)."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from services.chassis.kernel import DateInvalid, DomainError
from services.consult.domain.formulary.chairside import LabResultKind, Labs
from services.consult.domain.patient.clinical import (
    Answer,
    BodyWeight,
    Coding,
    History,
    LabResult,
    TherapyKind,
)
from services.consult.domain.patient.commands import RecordHistory, RecordTherapy
from services.consult.domain.patient.decider import DECIDER
from services.consult.domain.patient.errors import (
    CodingUnknown,
    LabResultInvalid,
    LabUnitUnknown,
    LabUnknown,
)
from services.consult.domain.patient.events import HistoryRecorded, PatientRegistered
from services.consult.domain.patient.model import AgeBand, PregnancyPotential, VitalStatus
from services.consult.domain.patient.vocabulary import Vocabulary, refuse_unknown
from services.consult.domain.plan.errors import TherapyUnknown
from services.consult.reference.loader import reference
from tests.support.spec import Spec
from tests.unit.consult.samples import CLINIC, HISTORY, NOW, PATIENT, TODAY, VOCABULARY

YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
IN_TWO_DAYS = TODAY + timedelta(days=2)
NO, YES, UNKNOWN = Answer.NO, Answer.YES, Answer.UNKNOWN


def figure(code: str = "FERRITIN", unit: str = "ug/L", day: date = TODAY) -> LabResult:
    return LabResult(code, 45_000, unit, None, day)


def answer(code: str = "PREGNANCY_TEST", positive: Answer | None = NO) -> LabResult:
    return LabResult(code, None, "", positive, TODAY)


def report(code: str = "SCALP_BIOPSY") -> LabResult:
    return LabResult(code, None, "", None, TODAY)


def refused(
    said: History,
    before: History | None = None,
    at: datetime = NOW,
    vocabulary: Vocabulary = VOCABULARY,
) -> tuple[type[DomainError], str] | None:
    """Return with what and for which field a history is refused; None where it is taken."""
    try:
        refuse_unknown(said, before, vocabulary, at)
    except DomainError as refusal:
        [violation] = refusal.violations
        assert violation.description
        return type(refusal), violation.subject
    return None


def with_labs(*labs: LabResult) -> History:
    return replace(HISTORY, labs=labs)


@pytest.mark.parametrize(
    "result",
    [
        figure(),
        figure(unit="ng/mL"),
        figure("HAEMOGLOBIN", "g/dL"),
        figure(day=date(2019, 3, 1)),
        replace(figure(), value_thousandths=0),
        answer(),
        answer(positive=YES),
        answer(positive=UNKNOWN),
        answer("ANA", YES),
        report(),
        report("BLOOD_COUNT"),
    ],
)
def test_a_result_of_its_test_is_taken(result: LabResult) -> None:
    assert refused(with_labs(result)) is None


@pytest.mark.parametrize(
    ("result", "refusal", "field"),
    [
        (figure("FERRITINE"), LabUnknown, "lab_code"),
        (figure(unit="ng/dL"), LabUnitUnknown, "unit_code"),
        # UCUM tells capitals apart.
        (figure(unit="UG/L"), LabUnitUnknown, "unit_code"),
        (figure(unit=""), LabUnitUnknown, "unit_code"),
        (replace(answer(), unit_code="ug/L"), LabUnitUnknown, "unit_code"),
        (replace(report(), unit_code="ug/L"), LabUnitUnknown, "unit_code"),
        # A figure where yes or no is asked for, and the reverse.
        (figure("PREGNANCY_TEST"), LabResultInvalid, "value_thousandths"),
        (replace(answer(), value_thousandths=1), LabResultInvalid, "value_thousandths"),
        (answer("FERRITIN"), LabResultInvalid, "value_thousandths"),
        (replace(figure(), positive=YES), LabResultInvalid, "positive"),
        (figure("SCALP_BIOPSY"), LabResultInvalid, "value_thousandths"),
        (answer("SCALP_BIOPSY"), LabResultInvalid, "positive"),
        # A result that says nothing.
        (replace(figure(), value_thousandths=None), LabResultInvalid, "value_thousandths"),
        (answer(positive=None), LabResultInvalid, "positive"),
        (figure(day=IN_TWO_DAYS), DateInvalid, "measured_on"),
    ],
)
def test_another_result_is_refused_by_its_reason_and_its_field(
    result: LabResult, refusal: type[DomainError], field: str
) -> None:
    assert refused(with_labs(answer(), result)) == (refusal, f"history.labs[1].{field}")


@pytest.mark.parametrize(
    ("at", "day", "taken"),
    [
        (NOW, TODAY, True),
        # At ten o'clock in London the next day begins in Kiritimati.
        (datetime(2026, 12, 1, 9, 59, tzinfo=UTC), TOMORROW, False),
        (datetime(2026, 12, 1, 10, 0, tzinfo=UTC), TOMORROW, True),
        (datetime(2026, 12, 1, 23, 59, tzinfo=UTC), TOMORROW, True),
        (datetime(2026, 12, 1, 23, 59, tzinfo=UTC), IN_TWO_DAYS, False),
    ],
)
def test_the_future_is_a_day_that_has_begun_nowhere(at: datetime, day: date, taken: bool) -> None:
    weighed = replace(HISTORY, weight=BodyWeight(70_000, day))
    lab, weight = "history.labs[0].measured_on", "history.weight.measured_on"
    assert refused(with_labs(figure(day=day)), at=at) == (None if taken else (DateInvalid, lab))
    assert refused(weighed, at=at) == (None if taken else (DateInvalid, weight))


def test_a_test_counts_on_its_days() -> None:
    rows = VOCABULARY.labs.labs
    for ended, taken in ((YESTERDAY, False), (TODAY, True)):
        labs = replace(
            VOCABULARY.labs, labs=tuple(replace(row, effective_until=ended) for row in rows)
        )
        told = refused(with_labs(figure()), vocabulary=replace(VOCABULARY, labs=labs))
        assert told == (None if taken else (LabUnknown, "history.labs[0].lab_code"))
        assert bool(labs.on(TODAY).labs) is taken


def test_what_was_recorded_while_its_row_counted_is_kept() -> None:
    labs = Labs("2", "LEAD", ())
    nothing = Vocabulary(labs, (), replace(VOCABULARY.therapies, therapies=()))
    allergy = Coding("urn:mesoflow:ingredient", "lidocaine")
    weight = BodyWeight(70_000, IN_TWO_DAYS)
    before = replace(with_labs(figure()), allergies=(allergy,), weight=weight)
    assert refused(before, before, vocabulary=nothing) is None
    newer = replace(before, labs=(figure(), figure(day=YESTERDAY)))
    lab = (LabUnknown, "history.labs[1].lab_code")
    assert refused(newer, before, vocabulary=nothing) == lab
    # An allergy that was recorded is no condition that was.
    moved = replace(before, allergies=(), conditions=(allergy,))
    coding = (CodingUnknown, "history.conditions[0].code")
    assert refused(moved, before, vocabulary=nothing) == coding


@pytest.mark.parametrize(
    ("coding", "known"),
    [
        (Coding("urn:mesoflow:ingredient", "lidocaine"), True),
        (Coding("urn:mesoflow:ingredient", "lidocain"), False),
        (Coding("urn:mesoflow:therapy", "minoxidil_topical_5"), True),
        (Coding("urn:mesoflow:therapy", "minoxidil_topical_50"), False),
        (Coding("urn:mesoflow:elsewhere", "lidocaine"), False),
        # Public systems have more codes than any rule knows.
        (Coding("http://snomed.info/sct", "294505008"), True),
    ],
)
@pytest.mark.parametrize("name", ["allergies", "conditions", "medications"])
def test_a_code_of_the_house_is_one_that_a_row_has(coding: Coding, known: bool, name: str) -> None:
    history = with_coding(name, coding)
    assert refused(history) == (None if known else (CodingUnknown, f"history.{name}[0].code"))


def with_coding(name: str, coding: Coding) -> History:
    match name:
        case "allergies":
            return replace(HISTORY, allergies=(coding,))
        case "conditions":
            return replace(HISTORY, conditions=(coding,))
        case _:
            return replace(HISTORY, medications=(coding,))


def test_a_coding_counts_on_its_days() -> None:
    allergy = replace(HISTORY, allergies=(Coding("urn:mesoflow:ingredient", "lidocaine"),))
    ended = tuple(replace(row, effective_until=YESTERDAY) for row in VOCABULARY.codings)
    over = replace(VOCABULARY, codings=ended)
    refusal = (CodingUnknown, "history.allergies[0].code")
    assert refused(allergy, vocabulary=over) == refusal


REGISTERED = PatientRegistered(
    PATIENT, CLINIC, VitalStatus.ALIVE, AgeBand.ADULT, PregnancyPotential.ASKED_NO, None, NOW
)


def test_a_record_is_held_against_what_it_said_before() -> None:
    spec = Spec(DECIDER).given(REGISTERED)
    odd = with_labs(figure("FERRITINE"))
    record = RecordHistory(PATIENT, odd, VOCABULARY, NOW)
    with pytest.raises(LabUnknown):
        spec.when(record, None)
    recorded = HistoryRecorded(PATIENT, odd, NOW)
    kept = Spec(DECIDER).given(REGISTERED, recorded)
    assert kept.when(record, None) == [recorded]


@pytest.mark.parametrize(
    ("coding", "kind", "refusal", "field"),
    [
        (Coding("http://snomed.info/sct", "387272001"), TherapyKind.ORAL, None, ""),
        (Coding("urn:mesoflow:ingredient", "minoxidil"), TherapyKind.TOPICAL, None, ""),
        (Coding("urn:mesoflow:therapy", "finasteride_oral_1mg"), TherapyKind.ORAL, None, ""),
        (
            Coding("urn:mesoflow:therapy", "finasteride_oral_1mg"),
            TherapyKind.TOPICAL,
            TherapyUnknown,
            "kind",
        ),
        (
            Coding("urn:mesoflow:therapy", "finasteride_oral_5mg"),
            TherapyKind.ORAL,
            TherapyUnknown,
            "coding.code",
        ),
        (
            Coding("urn:mesoflow:ingredient", "minoxidyl"),
            TherapyKind.TOPICAL,
            CodingUnknown,
            "coding.code",
        ),
    ],
)
def test_a_therapy_is_one_that_is_known(
    coding: Coding, kind: TherapyKind, refusal: type[DomainError] | None, field: str
) -> None:
    command = RecordTherapy(PATIENT, "t", kind, coding, TODAY, None, VOCABULARY, NOW)
    spec = Spec(DECIDER).given(REGISTERED)
    if refusal is None:
        assert spec.when(command, None)
        return
    with pytest.raises(refusal) as refused_by:
        spec.when(command, None)
    assert [each.subject for each in refused_by.value.violations] == [field]


def test_a_test_has_units_exactly_where_it_is_a_figure() -> None:
    for row in reference().labs.labs:
        assert bool(row.unit_codes) == (row.result is LabResultKind.VALUE), row.lab_code


def test_every_ingredient_can_be_said_to_cause_an_allergy() -> None:
    rows = [row for row in reference().formulary.in_force(TODAY) if row.allergen_codes]
    codings = [Coding("urn:mesoflow:ingredient", row.ingredient_code) for row in rows]
    assert [each.code for each in codings if not VOCABULARY.knows(each, TODAY)] == []
