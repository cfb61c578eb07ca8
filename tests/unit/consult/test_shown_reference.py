"""The rest of the reference data as it is shown: whole, row by row, in words and for a place."""

import json
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest
from google.protobuf.message import Message

from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from services.consult.api import reference_rows
from services.consult.api.consent_rows import sentence_code, sentences, sentences_of
from services.consult.api.listing import bound_by
from services.consult.api.reference_rows import (
    lab,
    labs,
    laws,
    pairs,
    response_rules,
    rule_kind,
    therapy,
    thresholds,
    trial_code,
)
from services.consult.domain.consultation.grading import GradeScale
from services.consult.domain.consultation.screening import CodingConcept
from services.consult.domain.formulary.chairside import (
    CoolingOffRow,
    Lab,
    SupplementaryTherapy,
    TopicalProduct,
)
from services.consult.domain.response.rules import (
    CitedTrial,
    ResponderRule,
    ReviewWeek,
    VerdictRule,
)
from services.consult.reference import loader
from services.consult.reference.loader import Source, reference
from tests.unit.consult.samples import TODAY, policy
from tests.unit.consult.signing import NOTHING, pair_row

HELD = reference()
[ENGLISH] = [texts for texts in HELD.consent_texts if texts.language == "en"]
SHOWN: dict[type, tuple[type[Message], ...]] = {
    GradeScale: (model_pb2.DiagnosisScale,),
    Lab: (model_pb2.Lab,),
    CoolingOffRow: (model_pb2.CoolingOffLaw,),
    TopicalProduct: (model_pb2.TopicalProduct,),
    CodingConcept: (model_pb2.CodingConcept,),
    CitedTrial: (model_pb2.CitedTrial,),
    Source: (model_pb2.Source,),
    ReviewWeek: (model_pb2.ResponseRule, model_pb2.ReviewWeek),
    ResponderRule: (model_pb2.ResponseRule, model_pb2.ResponderRule),
    VerdictRule: (model_pb2.ResponseRule, model_pb2.VerdictRule),
}


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: row.__name__)
def test_a_row_is_shown_with_all_that_it_says(row: type) -> None:
    shown = {field.name for message in SHOWN[row] for field in message.DESCRIPTOR.fields}
    assert {field.name for field in fields(row)} - shown == set()


def texts_in(value: object) -> Iterator[str]:
    """Yield every sentence of a file of words."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from texts_in(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in ("source_codes",):
                yield from texts_in(part)


def test_every_sentence_of_the_words_is_shown_with_its_sources() -> None:
    about = {"notice", "language", "version", "effective_from", "effective_until", "signed_by_code"}
    said = json.loads((loader.HERE / "consent_texts" / "en.json").read_text())
    written = {key: value for key, value in said.items() if key not in about}
    shown = list(sentences(ENGLISH))
    assert sorted(each.text for each in shown) == sorted(texts_in(written))
    [shock] = [each for each in shown if each.text.startswith("Allergic reactions")]
    assert list(shock.source_codes) == ["R40"]
    assert {each.part for each in shown} == set(model_pb2.ConsentPart.values()) - {0}
    assert len({sentence_code(each) for each in shown}) == len(shown)


def test_words_are_found_by_part_and_by_what_they_are_about() -> None:
    risks = sentences_of(ENGLISH, model_pb2.CONSENT_PART_INGREDIENT_RISK, "minoxidil")
    assert [each.text for each in risks] == [
        each.text for each in ENGLISH.ingredients["minoxidil"].risks
    ]
    everything = sentences_of(ENGLISH, model_pb2.CONSENT_PART_UNSPECIFIED, "")
    assert everything == list(sentences(ENGLISH))
    silent = replace(ENGLISH, photo=None)
    assert len(list(sentences(silent))) < len(everything)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "Hair."), ("en-GB", "British hair."), ("en-US", "Hair."), ("fr", "")],
)
def test_a_therapy_is_shown_in_its_language_or_the_one_that_it_is_a_kind_of(
    language: str, text: str
) -> None:
    row: SupplementaryTherapy = replace(
        HELD.therapies.therapies[0], texts={"en": "Hair.", "en-GB": "British hair."}
    )
    assert therapy(row, language).text == text


@pytest.mark.parametrize(
    ("asked", "found"), [("GB", ["GB"]), ("AU-NSW", ["AU"]), ("IE", [""]), ("", ["", "GB", "AU"])]
)
def test_of_laws_the_nearest_counts(asked: str, found: list[str]) -> None:
    assert [row.jurisdiction_code for row in laws(TODAY, asked)] == found


def test_a_place_without_a_row_and_a_default_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple(row for row in HELD.cooling_offs.rows if row.jurisdiction_code)
    held = replace(HELD, cooling_offs=replace(HELD.cooling_offs, rows=rows))
    monkeypatch.setattr(reference_rows, "reference", lambda: held)
    assert laws(TODAY, "IE") == ()


def test_a_test_is_shown_with_the_days_that_the_chain_signed() -> None:
    [row] = [each for each in labs(TODAY, "", "") if each.lab_code == "PREGNANCY_TEST"]
    assert lab(row, policy()).valid_days == 1
    assert not lab(row, None).HasField("valid_days")
    assert lab(row, None).result == model_pb2.LAB_RESULT_KIND_POSITIVE_OR_NEGATIVE


def test_pairs_are_those_of_the_files_with_the_chains_own_in_their_place() -> None:
    files = pairs(None, TODAY)
    assert len(files) == len(HELD.pairs.pairs)
    first = files[0]
    over = pair_row(TODAY, first.other_ingredient_code, first.ingredient_code)
    both = pairs(replace(NOTHING, pairs=(over,)), TODAY)
    assert len(both) == len(files)
    [own] = [row for row in both if row.compatible]
    assert (own.ingredient_code, own.other_ingredient_code) == (
        first.ingredient_code,
        first.other_ingredient_code,
    )
    assert (own.version, own.effect_code) == (TODAY.isoformat(), "")


def test_a_rule_of_the_response_is_of_one_kind_and_says_what_its_row_says() -> None:
    shown = list(response_rules(HELD.response_rules))
    kinds = [rule_kind(row) for row in shown]
    assert [kinds.count(kind) for kind in ("REVIEW", "RESPONDER", "VERDICT")] == [
        len(HELD.response_rules.reviews),
        len(HELD.response_rules.responders),
        len(HELD.response_rules.verdicts),
    ]
    assert {f"RESPONSE_RULE_KIND_{kind}" for kind in kinds} | {
        "RESPONSE_RULE_KIND_UNSPECIFIED"
    } == set(model_pb2.ResponseRuleKind.DESCRIPTOR.values_by_name)
    weeks = [row.review_week.week for row in shown if row.HasField("review_week")]
    assert weeks == list(HELD.response_rules.review_weeks)
    over = [row for row in shown if row.rule_code == "WEEK-24-INDUCTION-OVER"]
    assert [row.verdict_rule.induction_over for row in over] == [True]
    assert len({row.rule_code for row in shown}) == len(shown)


def test_thresholds_are_the_figures_of_their_rows() -> None:
    [pull_test] = HELD.scales.pull_tests
    figures = {(row.kind, row.interval_days): row.value for row in thresholds(TODAY)}
    assert figures[model_pb2.THRESHOLD_KIND_SESSION_FLOOR_DAYS, 0] == HELD.schedules.floor_days
    share = model_pb2.THRESHOLD_KIND_PULL_TEST_SHARE_THOUSANDTHS
    assert figures[share, 0] == pull_test.positive_share_thousandths
    assert figures[model_pb2.THRESHOLD_KIND_PULL_TEST_SHED_HAIRS, 0] == pull_test.positive_shed
    tolerance = model_pb2.THRESHOLD_KIND_SESSION_TOLERANCE_DAYS
    for row in HELD.schedules.tolerances:
        assert figures[tolerance, row.interval_days] == row.tolerance_days


def test_trials_are_told_apart_by_figure_and_week() -> None:
    codes = [trial_code(row) for row in HELD.response_rules.trials]
    assert len(set(codes)) == len(codes)


def test_a_token_is_bound_to_everything_but_the_page() -> None:
    plain = pb.ListLabsRequest(when_code="BEFORE_PRP")
    paged = pb.ListLabsRequest(when_code="BEFORE_PRP", page_size=3, page_token="t")
    assert bound_by(plain) == bound_by(paged)
    assert bound_by(plain) != bound_by(pb.ListLabsRequest())
    assert bound_by(pb.ListLabsRequest()) != bound_by(pb.ListCodingsRequest())
    assert (paged.page_size, paged.page_token) == (3, "t")
