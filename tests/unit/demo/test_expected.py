"""How a journey must end, and whether it was the right one."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from deploy.demo.answers import Answers, AnswersInvalid, Scripted, kept_answers, merged
from deploy.demo.expected import MEDICAL, expected, years_between
from deploy.demo.records import Code, PatientRecord, Person
from deploy.demo.setting import Diary

TODAY = date(2026, 11, 22)
ADULT = date(1980, 1, 31)
OWN, PUBLIC = Code("urn:mesoflow:condition", "x"), Code("http://snomed.info/sct", "1")


def record(born: date | None, *, deceased: bool = False) -> PatientRecord:
    person = Person(full_name="x", birth_date=born)
    return PatientRecord(reference="Patient/p", where="", person=person, deceased=deceased)


@pytest.mark.parametrize(
    ("whose", "scripted", "treated", "reasons"),
    [
        (record(ADULT, deceased=True), "TREATED", False, {"PATIENT_DECEASED"}),
        (record(None), "TREATED", False, {"PATIENT_AGE_UNKNOWN"}),
        (record(date(2999, 1, 1)), "", False, {"PATIENT_AGE_UNKNOWN", "DATE_INVALID"}),
        (record(date(2008, 11, 23)), "TREATED", False, {"PATIENT_UNDER_AGE"}),
        (record(date(2008, 11, 22)), "TREATED", True, set()),
        (record(ADULT), "TREATED", True, set()),
        (record(ADULT), "NOT_SUITABLE", False, {"NOT_SUITABLE"}),
        (record(ADULT), "", True, MEDICAL),
        (replace(record(ADULT), conditions=(OWN,)), "", True, {*MEDICAL, "CODING_UNKNOWN"}),
        (replace(record(ADULT), allergies=(PUBLIC,)), "", True, MEDICAL),
    ],
)
def test_records_come_before_what_is_scripted(
    whose: PatientRecord, scripted: str, treated: bool, reasons: set[str]
) -> None:
    wanted = expected(whose, Scripted({"expected": scripted}, {}), TODAY)
    assert wanted.treated is treated
    assert set(wanted.reasons) == reasons
    assert wanted.allows("TREATED") is treated
    assert all(wanted.allows(reason) for reason in reasons)
    assert not wanted.allows("LICENCE_LAPSED")


def test_whole_years() -> None:
    assert years_between(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert years_between(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_own_answers_are_laid_over_those_for_everyone() -> None:
    everyone = {"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 3}
    assert merged(everyone, {"a": {"b": 9}, "d": [7]}) == {
        "a": {"b": 9, "c": 2},
        "d": [7],
        "e": 3,
    }
    assert everyone["a"] == {"b": 1, "c": 2}


def test_the_kept_answers_are_whole() -> None:
    scripted = kept_answers().of("Patient/nobody")
    assert scripted.own == {}
    assert scripted.screening.questionnaire_version
    assert len(scripted.screening.answers) > 20
    assert scripted.cocktail.volume_microlitres == scripted.injection.volume_microlitres


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({}, "chain is no object"),
        ({"chain": {}, "everyone": {}, "patients": []}, "patients is no object"),
        ({"chain": {}, "everyone": {"findings": 1}, "patients": {}}, "PregnancyPotential"),
    ],
)
def test_answers_that_cannot_be_sent_are_refused(said: dict[str, object], complaint: str) -> None:
    with pytest.raises(AnswersInvalid, match=complaint):
        Answers(said)


def test_a_word_that_the_schema_does_not_know_is_refused() -> None:
    scripted = kept_answers().of("Patient/nobody")
    wrong = Scripted({"findings": {"diagnosis": "BALD"}}, {})
    with pytest.raises(AnswersInvalid, match="findings"):
        _ = wrong.findings
    scripted.check()


def test_visits_follow_one_another_on_the_steps_of_the_clock() -> None:
    diary, half = Diary(), timedelta(minutes=30)
    morning = datetime.min.replace(year=2026, hour=9, minute=2)  # noqa: DTZ901 - as the demo has it
    starts = [diary.take(morning, half), diary.take(morning, half)]
    assert [each.strftime("%H:%M") for each in starts] == ["09:05", "09:35"]
    assert diary.take(morning + timedelta(days=7), half).strftime("%H:%M") == "09:05"
