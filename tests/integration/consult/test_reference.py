"""All reference data over the wire: listed, filtered, paged, on its day, and nothing left out."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from google.protobuf.message import Message
from google.type import date_pb2

from mesoflow.clinical.v1 import cocktail_pb2, diagnosis_pb2, outcome_pb2, patient_pb2
from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.consult.v1.service_pb2_grpc import FormularyServiceStub, ReferenceServiceStub
from services.consult.domain.dating import rows_of
from services.consult.reference.loader import reference
from tests.integration.consult.test_review import enrolled
from tests.support.calls import Caller, Refusal, new_id, refusal
from tests.support.directory import founded
from tests.support.running import RunningService

HELD = reference()
PAGE_TOKEN_INVALID = Refusal("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")
DATE_INVALID = Refusal("INVALID_ARGUMENT", "DATE_INVALID")
BEFORE_ALL = date_pb2.Date(year=2020, month=1, day=1)
NO_DAY = date_pb2.Date(year=2026, month=2, day=30)
SCALE, THRESHOLD = diagnosis_pb2.Scale, model_pb2.ThresholdKind
# Each list, and where its rows stand in the answer.
LISTS = {
    "DiagnosisScales": "scales",
    "Labs": "labs",
    "SupplementaryTherapies": "therapies",
    "CoolingOffLaws": "laws",
    "TopicalProducts": "products",
    "Pairs": "pairs",
    "Codings": "codings",
    "ResponseRules": "rules",
    "CitedTrials": "trials",
    "Thresholds": "thresholds",
    "ConsentSentences": "sentences",
    "Sources": "sources",
    "Ingredients": "ingredients",
    "Protocols": "protocols",
    "Questionnaires": "questionnaires",
    "SuitabilityRules": "rules",
}
IN_A_LANGUAGE = {"SupplementaryTherapies", "ConsentSentences", "Questionnaires"}
OF_A_DAY = LISTS.keys() - {"Sources"}


@dataclass(frozen=True)
class Reader:
    """Somebody who reads the reference data."""

    service: RunningService
    caller: Caller

    async def ask(self, name: str, **said: object) -> Any:  # noqa: ANN401 - whatever is listed
        """Ask for one page of a list."""
        in_words = {"language": "en"} if name in IN_A_LANGUAGE else {}
        request = getattr(pb, f"List{name}Request")(**in_words | said)
        for stub in (ReferenceServiceStub, FormularyServiceStub):
            method = getattr(stub(self.service.channel), f"List{name}", None)
            if method is not None:
                return await self.caller.call(method, request)
        raise AssertionError(f"no rpc lists {name}")

    async def rows(self, name: str, **said: object) -> list[Any]:
        """Return all rows of a list, page by page."""
        found: list[Message] = []
        token = ""
        while token or not found:
            reply = await self.ask(name, page_token=token, **said)
            page = list(getattr(reply, LISTS[name]))
            found += page
            token = reply.next_page_token
            if not page:
                return found
        return found


@pytest.fixture
def reader(consult: RunningService) -> Reader:
    return Reader(consult, consult.caller("physician", practitioner_id=new_id()))


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_the_same_in_one_page_and_in_many(reader: Reader, name: str) -> None:
    at_once = await reader.rows(name, page_size=200)
    assert at_once
    assert await reader.rows(name, page_size=7) == at_once
    assert len({row.SerializeToString() for row in at_once}) == len(at_once)


def counted(rows: dict[str, list[Any]]) -> int:
    """Return of how many rows of the files these are."""
    halves = [row for row in rows["Thresholds"] if row.kind == SHED]
    # A pull test is one row with two figures, and the words of a language are one row.
    return sum(map(len, rows.values())) - len(halves) - len(rows["ConsentSentences"]) + 1


SHED = THRESHOLD.THRESHOLD_KIND_PULL_TEST_SHED_HAIRS


async def test_every_row_that_counts_today_can_be_read(reader: Reader) -> None:
    today = reader.service.clock.now().date()
    read = {name: await reader.rows(name, page_size=200) for name in LISTS if name != "Sources"}
    # Of questionnaires those too that are still to be asked, or no longer.
    in_force = [row for row in HELD.rows if row not in HELD.questionnaires]
    assert counted(read) == len(rows_of(today, in_force)) + len(HELD.questionnaires)
    assert {row.kind for row in read["Thresholds"]} == set(THRESHOLD.values()) - {0}
    sources = {row.source_code for row in await reader.rows("Sources", page_size=50)}
    assert sources == {source.source_code for source in HELD.sources}
    cited = {code for rows in read.values() for row in rows for code in codes_in(row)}
    assert cited <= sources
    unsigned = [row for name, rows in read.items() for row in rows if not is_signed(name, row)]
    assert unsigned == []


def codes_in(message: Message) -> Iterator[str]:
    """Yield every code of a source anywhere in a message."""
    for field, value in message.ListFields():
        if field.name == "source_codes":
            yield from value
        elif field.message_type is not None:
            for part in value if field.is_repeated else [value]:
                yield from codes_in(part)


def is_signed(name: str, row: Any) -> bool:  # noqa: ANN401 - a row of any list
    """Tell whether a row says its first day and who signed it; sentences say it together."""
    if name == "ConsentSentences":
        return True
    return bool(row.signed_by_code and row.effective_from.year)


@pytest.mark.parametrize("name", OF_A_DAY)
async def test_a_list_is_of_the_day_that_is_asked_about(reader: Reader, name: str) -> None:
    if name == "ConsentSentences":
        missing = Refusal("INVALID_ARGUMENT", "LANGUAGE_NOT_AVAILABLE")
        assert await refusal(reader.ask(name, day=BEFORE_ALL)) == missing
    else:
        assert await reader.rows(name, day=BEFORE_ALL) == []
    assert await refusal(reader.ask(name, day=NO_DAY)) == DATE_INVALID


MALE = diagnosis_pb2.DIAGNOSIS_MALE_ANDROGENETIC
SCARRING = diagnosis_pb2.DIAGNOSIS_SCARRING
FILTERED: list[tuple[str, dict[str, object], str, set[object]]] = [
    ("DiagnosisScales", {"diagnosis": MALE}, "scale", {SCALE.SCALE_NORWOOD_HAMILTON}),
    ("DiagnosisScales", {"diagnosis": SCARRING}, "scale", {1, 2, 3, 4}),
    (
        "Labs",
        {"result": model_pb2.LAB_RESULT_KIND_REPORT},
        "lab_code",
        {"BLOOD_COUNT", "SCALP_BIOPSY"},
    ),
    ("Labs", {"when_code": "BEFORE_PRP"}, "lab_code", {"PLATELETS", "HAEMOGLOBIN"}),
    (
        "SupplementaryTherapies",
        {"kind": patient_pb2.THERAPY_KIND_ORAL},
        "therapy_code",
        {"finasteride_oral_1mg"},
    ),
    ("CoolingOffLaws", {"jurisdiction_code": "GB"}, "jurisdiction_code", {"GB"}),
    ("CoolingOffLaws", {"jurisdiction_code": "AU-NSW"}, "jurisdiction_code", {"AU"}),
    ("CoolingOffLaws", {"jurisdiction_code": "IE"}, "jurisdiction_code", {""}),
    ("TopicalProducts", {"ingredient_code": "prilocaine"}, "product_code", {"emla"}),
    ("TopicalProducts", {"ingredient_code": "zinc"}, "product_code", set()),
    ("Pairs", {"compatible": True}, "compatible", set()),
    ("Pairs", {"ingredient_code": "phosphate"}, "other_ingredient_code", {"phosphate", "zinc"}),
    ("Codings", {"concept": "FISH"}, "code", {"227037002", "pdrn"}),
    ("Codings", {"system": "http://hl7.org/fhir/sid/ndc"}, "concept", {"CHEMOTHERAPY"}),
    (
        "ResponseRules",
        {"kind": model_pb2.RESPONSE_RULE_KIND_REVIEW},
        "rule_code",
        {"WEEK-012", "WEEK-024"},
    ),
    ("CitedTrials", {"measure": outcome_pb2.MEASURE_SALT_SCORE}, "measure", set()),
    ("Thresholds", {"kind": THRESHOLD.THRESHOLD_KIND_SESSION_FLOOR_DAYS}, "value", {7}),
    (
        "Thresholds",
        {"kind": THRESHOLD.THRESHOLD_KIND_SESSION_TOLERANCE_DAYS},
        "value",
        {2, 4, 7, 14},
    ),
    ("Thresholds", {"kind": THRESHOLD.THRESHOLD_KIND_CLINIC_MIXTURE_PRODUCTS}, "value", {3}),
    (
        "ConsentSentences",
        {"part": model_pb2.CONSENT_PART_GOAL, "subject_code": "STIMULATION"},
        "text",
        {"It is meant to stimulate growth."},
    ),
    ("Sources", {"source_codes": ["R1", "R2"]}, "source_code", {"R1", "R2"}),
    (
        "Protocols",
        {"phase": model_pb2.PROTOCOL_PHASE_MAINTENANCE},
        "phase",
        {model_pb2.PROTOCOL_PHASE_MAINTENANCE},
    ),
    ("Questionnaires", {"item_code": "NOBODY_ASKS"}, "questionnaire_version", set()),
    ("SuitabilityRules", {"topic_code": "LAB"}, "rule_id", {"5-ARI-PREGNANCY-POTENTIAL"}),
    ("SuitabilityRules", {"ingredient_code": "zinc", "topic_code": "LAB"}, "rule_id", set()),
    (
        "Ingredients",
        {
            "goal": cocktail_pb2.GOAL_HORMONAL_BALANCE,
            "ingredient_class": cocktail_pb2.INGREDIENT_CLASS_MEDICATION,
        },
        "ingredient_code",
        {"dutasteride", "finasteride"},
    ),
]


@pytest.mark.parametrize(("name", "said", "field", "values"), FILTERED)
async def test_a_list_is_filtered(
    reader: Reader, name: str, said: dict[str, object], field: str, values: set[object]
) -> None:
    assert {getattr(row, field) for row in await reader.rows(name, **said)} == values


async def test_a_token_is_good_for_its_list_and_its_filters(reader: Reader) -> None:
    token = (await reader.ask("Labs", page_size=1)).next_page_token
    assert (await reader.ask("Labs", page_size=9, page_token=token)).labs
    other = reader.ask("Labs", page_token=token, when_code="BEFORE_PRP")
    assert await refusal(other) == PAGE_TOKEN_INVALID
    today = reader.service.clock.now().date()
    stated = date_pb2.Date(year=today.year, month=today.month, day=today.day)
    assert await refusal(reader.ask("Labs", page_token=token, day=stated)) == PAGE_TOKEN_INVALID
    assert await refusal(reader.ask("Codings", page_token=token)) == PAGE_TOKEN_INVALID
    stranger = replace(reader, caller=reader.service.caller("physician", chain=new_id()))
    assert await refusal(stranger.ask("Labs", page_token=token)) == PAGE_TOKEN_INVALID


async def test_what_the_chain_signed_stands_over_the_files(consult: RunningService) -> None:
    place = await founded(consult)
    clinic_id = (await place.opened()).clinic_id
    doctor = await enrolled(place, clinic_id, model_pb2.PROFESSION_PHYSICIAN)
    lead = consult.caller("clinical_lead", practitioner_id=doctor.practitioner_id)
    today, formulary = consult.clock.now().date(), FormularyServiceStub(consult.channel)
    from_today = date_pb2.Date(year=today.year, month=today.month, day=today.day)
    policy = model_pb2.Policy(effective_from=from_today)
    policy.lab_validities.add(lab_code="PREGNANCY_TEST", valid_days=2)
    signing = pb.SignPolicyRequest(request_id=new_id(), policy=policy)
    await lead.call(formulary.SignPolicy, signing)
    terms = model_pb2.PairTerms(
        ingredient_code="iron", other_ingredient_code="biotin", compatible=True, stable_seconds=60
    )
    pair = pb.SignPairRequest(
        request_id=new_id(), terms=terms, effective_from=from_today, source_codes=["SOP-7"]
    )
    await lead.call(formulary.SignPair, pair)
    reader = Reader(consult, doctor)
    labs = {row.lab_code: row for row in await reader.rows("Labs")}
    assert labs["PREGNANCY_TEST"].valid_days == 2
    assert not labs["PSA"].HasField("valid_days")
    [own] = await reader.rows("Pairs", compatible=True)
    assert (own.ingredient_code, own.other_ingredient_code) == ("biotin", "iron")
    assert (own.stable_seconds, own.effective_from) == (60, from_today)
    assert (own.signed_by_code, list(own.source_codes)) == (doctor.practitioner_id, ["SOP-7"])
    version = (await reader.ask("Pairs")).formulary_version
    assert version == f"{HELD.formulary.version}+2"
    stranger = replace(reader, caller=consult.caller("physician", chain=new_id()))
    assert await stranger.rows("Pairs", compatible=True) == []
    assert not any(row.HasField("valid_days") for row in await stranger.rows("Labs"))


async def test_reference_data_is_for_those_who_work_with_it(reader: Reader) -> None:
    for role in ("front_desk", "billing", "auditor", "service"):
        assert await replace(reader, caller=reader.service.caller(role)).rows("Labs")
    nobody = replace(reader, caller=reader.service.caller("identity_reader"))
    missing = Refusal("PERMISSION_DENIED", "ROLE_MISSING")
    for name in LISTS:
        assert await refusal(nobody.ask(name)) == missing
