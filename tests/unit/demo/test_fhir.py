"""Records as others wrote them: what is taken, what is passed over, what is refused, and why."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from deploy.demo.answers import kept_answers
from deploy.demo.codes import SNOMED
from deploy.demo.expected import expected
from deploy.demo.fhir import read
from deploy.demo.patients import ANIMAL, NO_NAME
from deploy.demo.records import Code, PatientRecord, Records
from tests.unit.demo.conftest import Json, Read, patient

DATA = Path(os.environ.get("MESOFLOW_TEST_DATA", "../shared/data")) / "fhir_r4"
TODAY = date(2026, 11, 22)


def concept(code: str, system: str = SNOMED) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def entry(kind: str, **more: object) -> Json:
    whose = {"AllergyIntolerance": "patient"}.get(kind, "subject")
    return {
        "resourceType": kind,
        "id": "e",
        whose: {"reference": "Patient/p"},
        "code": concept("1"),
        **more,
    }


def one(records: Records) -> PatientRecord:
    assert [problem.reason for problem in records.problems] == []
    (only,) = records.patients
    return only


@pytest.mark.parametrize(
    ("resource", "born", "note"),
    [
        (patient(), date(1980, 1, 31), ""),
        (patient(birthDate=None), None, "no birth date"),
        (patient(birthDate="1980"), None, "birth date incomplete, so none is taken"),
        (patient(birthDate="1980-01"), None, "birth date incomplete, so none is taken"),
        (patient(birthDate="1980-02-30"), None, "birth date is no day of the calendar"),
        (patient(birthDate="0000-01-01"), None, "birth date is no day of the calendar"),
        (patient(birthDate="31.1.1980"), None, "birth date is no day of the calendar"),
        (patient(birthDate="2999-01-01"), date(2999, 1, 1), ""),
    ],
)
def test_a_birth_date_is_a_whole_day_or_none(
    records: Read, resource: Json, born: date | None, note: str
) -> None:
    read_one = one(records(resource))
    assert read_one.person.birth_date == born
    assert [each.startswith(note) for each in read_one.notes] == ([True] if note else [])


@pytest.mark.parametrize(
    ("said", "deceased"),
    [
        ({}, False),
        ({"deceasedBoolean": False}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedDateTime": "2015-02-14T13:42:00+10:00"}, True),
        ({"deceasedDateTime": "some time ago"}, True),
    ],
)
def test_the_dead_are_known(records: Read, said: Json, deceased: bool) -> None:
    assert one(records(patient(**said))).deceased is deceased


@pytest.mark.parametrize(
    ("names", "full_name"),
    [
        (None, NO_NAME),
        ([], NO_NAME),
        ([{"use": "official"}], NO_NAME),
        ([{"given": ["A", None, "B"], "family": "C"}], "A B C"),
        ([{"use": "old", "text": "Before"}, {"use": "official", "text": "Now"}], "Now"),
        ([{"text": "Gone", "period": {"end": "2001"}}, {"use": "old", "text": "Held"}], "Held"),
        ([{"text": "with\x1b[2Jcontrol\ud800"}], "with [2Jcontrol"),
        ([{"text": "x" * 1000}], "x" * 200),
    ],
)
def test_a_name_is_the_one_in_use(records: Read, names: object, full_name: str) -> None:
    assert one(records(patient(name=names))).person.full_name == full_name


def test_a_name_shows_nowhere(records: Read) -> None:
    assert "Hidden" not in repr(records(patient(name=[{"family": "Hidden"}])))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"extension": [{"url": ANIMAL}]}, "NOT_A_PERSON"),
        ({"animal": {"species": concept("canislf")}}, "NOT_A_PERSON"),
        ({"active": False}, "RECORD_NOT_IN_USE"),
        ({"link": [{"type": "replaced-by"}]}, "RECORD_NOT_IN_USE"),
        ({"modifierExtension": [{"url": "http://example.org/not"}]}, "NOT_UNDERSTOOD"),
        ({"implicitRules": "http://example.org/rules"}, "NOT_UNDERSTOOD"),
        ({"id": None}, "ID_INVALID"),
        ({"id": "[red]x[/]"}, "ID_INVALID"),
        ({"id": "x" * 65}, "ID_INVALID"),
        ({"birthDate": 1980}, "MALFORMED"),
        ({"deceasedBoolean": "true"}, "MALFORMED"),
        ({"name": {"family": "C"}}, "MALFORMED"),
        ({"name": [["C"]]}, "MALFORMED"),
        ({"telecom": "12345"}, "MALFORMED"),
    ],
)
def test_what_is_no_patient_to_treat_is_a_problem_and_the_rest_go_on(
    records: Read, said: Json, reason: str
) -> None:
    found = records(patient(**said), patient(id="another"))
    assert [problem.reason for problem in found.problems] == [reason]
    assert [problem.where for problem in found.problems] == ["00.json"]
    assert [each.reference for each in found.patients] == ["Patient/another"]


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (entry("Condition"), ""),
        (entry("Condition", clinicalStatus=concept("remission")), ""),
        (entry("Condition", clinicalStatus=concept("inactive")), "inactive"),
        (entry("Condition", clinicalStatus=concept("resolved")), "resolved"),
        (entry("Condition", verificationStatus=concept("refuted")), "refuted"),
        (entry("Condition", verificationStatus=concept("entered-in-error")), "entered-in-error"),
        (entry("Condition", verificationStatus=concept("provisional")), ""),
        (entry("Condition", code={"text": "Asthma"}), "no code that can be carried"),
        (entry("Condition", code=concept("1", system="")), "no code that can be carried"),
        (entry("Condition", code=concept("has space")), "no code that can be carried"),
        (entry("AllergyIntolerance"), ""),
        (entry("AllergyIntolerance", code=concept("716186003")), "says that there is none"),
        (entry("MedicationRequest", status="active"), "no code that can be carried"),
        (entry("MedicationRequest", status="completed"), "completed"),
        (entry("MedicationRequest"), "no status"),
        (entry("MedicationRequest", status="active", intent="proposal"), "proposal"),
        (
            entry("MedicationRequest", status="active", doNotPerform=True),
            "an order not to give it",
        ),
    ],
)
def test_an_entry_counts_or_says_why_not(records: Read, said: Json, note: str) -> None:
    read_one = one(records(patient(), said))
    carried = (*read_one.allergies, *read_one.conditions, *read_one.medications)
    assert carried == (() if note else (Code(SNOMED, "1"),))
    reference = f"{said['resourceType']}/e"
    assert read_one.notes == ((f"{reference} left out: {note}",) if note else ())


@pytest.mark.parametrize(
    ("request_says", "others"),
    [
        ({"medicationCodeableConcept": concept("7")}, []),
        ({"medicationReference": {"reference": "Medication/m"}}, [("m", {"code": concept("7")})]),
        (
            {"medicationReference": {"reference": "https://example.org/fhir/Medication/m"}},
            [("m", {"code": concept("7")})],
        ),
        (
            {"medicationReference": {"reference": "Medication/m"}},
            [("m", {"ingredient": [{"itemCodeableConcept": concept("7")}]})],
        ),
        (
            {
                "medicationReference": {"reference": "#in"},
                "contained": [{"resourceType": "Medication", "id": "in", "code": concept("7")}],
            },
            [],
        ),
    ],
)
def test_a_medication_is_found_where_the_request_points(
    records: Read, request_says: Json, others: list[tuple[str, Json]]
) -> None:
    request = entry("MedicationRequest", status="active", **request_says)
    beside = [{"resourceType": "Medication", "id": key, **said} for key, said in others]
    assert one(records(patient(), request, *beside)).medications == (Code(SNOMED, "7"),)


def test_codes_stand_once_in_every_system(records: Read) -> None:
    two = {"coding": [{"system": SNOMED, "code": "1"}, {"system": "urn:oid:2.16", "code": "1"}]}
    found = one(records(patient(), entry("Condition", code=two), entry("Condition", id="f")))
    assert found.conditions == (Code(SNOMED, "1"), Code("urn:oid:2.16", "1"))


def test_an_entry_that_cannot_be_read_is_noted_with_its_patient(records: Read) -> None:
    found = records(patient(), entry("AllergyIntolerance", code="peanut"))
    assert [problem.reason for problem in found.problems] == ["MALFORMED"]
    assert found.patients[0].notes == ("AllergyIntolerance/e cannot be read",)


def test_entries_of_nobody_and_second_copies_are_problems(records: Read) -> None:
    stray = entry("Condition", subject={"reference": "Patient/nobody"})
    found = records(patient(), patient(deceasedBoolean=True), stray)
    assert sorted(each.reason for each in found.problems) == ["ID_TWICE", "PATIENT_UNKNOWN"]
    assert not one(Records(found.patients, (), {})).deceased


def test_more_codes_than_can_be_carried_refuse_the_record(records: Read) -> None:
    many = {"coding": [{"system": SNOMED, "code": str(number)} for number in range(201)]}
    found = records(patient(), entry("AllergyIntolerance", code=many))
    assert [each.reason for each in found.problems] == ["TOO_MANY_CODES"]


def test_a_bundle_resolves_its_full_urls(tmp_path: Path) -> None:
    urn = "urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"
    without_id = {**patient(), "id": None}
    condition = entry("Condition", subject={"reference": urn})
    bundle = {
        "resourceType": "Bundle",
        "entry": [
            {"fullUrl": urn, "resource": without_id},
            {"resource": condition},
            {"resource": {"resourceType": "Observation", "id": "o"}},
            {"search": {"mode": "outcome"}},
        ],
    }
    (tmp_path / "bundle.json").write_text(json.dumps(bundle))
    found = read(tmp_path / "bundle.json")
    assert found.patients[0].reference == f"Patient/{urn.removeprefix('urn:uuid:')}"
    assert found.patients[0].conditions == (Code(SNOMED, "1"),)
    assert found.ignored == {"Observation": 1}
    assert [(each.where, each.reason) for each in found.problems] == [
        ("bundle.json entry 3", "NOT_A_RESOURCE")
    ]


@pytest.mark.skipif(not DATA.is_dir(), reason=f"no public FHIR examples in {DATA}")
def test_the_published_examples_are_read_and_end_as_they_must() -> None:
    found, answers = read(DATA), kept_answers()
    assert [(each.where, each.reason) for each in found.problems] == [
        ("Patient-animal.json", "NOT_A_PERSON")
    ]
    ends = {
        each.reference.removeprefix("Patient/"): str(
            expected(each, answers.of(each.reference), TODAY)
        )
        for each in found.patients
    }
    medical = "TREATED or INGREDIENT_BLOCKED or NOT_SUITABLE"
    assert ends == {
        "ch-example": "TREATED",
        "dicom": "PATIENT_AGE_UNKNOWN",
        "example": "INGREDIENT_BLOCKED",
        "f001": "NOT_SUITABLE",
        "f201": "NOT_SUITABLE",
        "genetics-example1": "TREATED",
        "glossy": medical,
        "ihe-pcd": "PATIENT_AGE_UNKNOWN",
        "infant-fetal": "PATIENT_AGE_UNKNOWN",
        "infant-mom": "NOT_SUITABLE",
        "infant-twin-1": "PATIENT_UNDER_AGE",
        "infant-twin-2": "PATIENT_UNDER_AGE",
        "mom": "INGREDIENT_BLOCKED",
        "newborn": "PATIENT_UNDER_AGE",
        "pat1": "PATIENT_AGE_UNKNOWN",
        "pat2": "PATIENT_AGE_UNKNOWN",
        "pat3": "PATIENT_DECEASED",
        "pat4": "PATIENT_DECEASED",
        "proband": "TREATED",
        "xcda": medical,
        "xds": "TREATED",
    }
