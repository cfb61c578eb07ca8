"""What a clinical lead signs is whole before it is read: sources, places and figures."""

from collections.abc import Mapping
from typing import Any

import protovalidate
import pytest
from google.protobuf.message import Message
from google.type import date_pb2

from mesoflow.clinical.v1 import outcome_pb2
from mesoflow.consult.v1 import model_pb2 as model

FIRST_DAY = date_pb2.Date(year=2026, month=12, day=1)
STATUS: Mapping[str, Any] = {"status": model.INGREDIENT_STATUS_OFF_LABEL, "source_codes": ["SOP-7"]}
LIMIT: Mapping[str, Any] = {"max_dose_micrograms": 500, "source_codes": ["SOP-7"]}
WEIGHT_LIMIT: Mapping[str, Any] = {"max_micrograms_per_kilogram": 4_500, "source_codes": ["SOP-7"]}
PAIR: Mapping[str, Any] = {"ingredient_code": "biotin", "other_ingredient_code": "zinc"}
LAB = model.LabValidity(lab_code="PSA", valid_days=365)
DAYS = model.CoolingOff(jurisdiction_code="GB", days=0)
STRAY = model.Repeatability(measure=outcome_pb2.MEASURE_ANAGEN_PERCENT, sd_thousandths=1)


def terms(**changes: list[Mapping[str, Any]]) -> model.IngredientTerms:
    """Return terms that are whole, but for `changes`."""
    rows: dict[str, Any] = {
        "statuses": [STATUS],
        "limits": [LIMIT],
        "weight_limits": [WEIGHT_LIMIT],
    }
    return model.IngredientTerms(
        ingredient_code="minoxidil",
        evidence=model.EVIDENCE_LEVEL_SMALL_TRIALS,
        sterile_products=1,
        **(rows | changes),
    )


def policy(**changes: Any) -> model.Policy:  # noqa: ANN401 - fields of Policy by name
    """Return a policy that states nothing, but for `changes`."""
    return model.Policy(**({"effective_from": FIRST_DAY} | changes))


def but(row: Mapping[str, Any], **changes: object) -> Mapping[str, Any]:
    """Return `row` with other fields."""
    return dict(row) | changes


WHOLE: list[Message] = [
    terms(),
    terms(statuses=[], limits=[], weight_limits=[]),
    terms(statuses=[STATUS, but(STATUS, jurisdiction_code="GB")]),
    terms(limits=[LIMIT, but(LIMIT, jurisdiction_code="US-CA")]),
    terms(weight_limits=[but(WEIGHT_LIMIT, max_dose_micrograms=300_000)]),
    model.PairTerms(**PAIR, compatible=True, stable_seconds=3_600),
    model.PairTerms(**PAIR, effect_code="PRECIPITATION"),
    policy(),
    policy(lab_validities=[LAB], cooling_offs=[DAYS], repeatabilities=[STRAY], retention_days=0),
]
BROKEN: list[tuple[Message, str]] = [
    (terms(statuses=[STATUS, STATUS]), "terms.once"),
    (terms(limits=[LIMIT, LIMIT]), "terms.once"),
    (terms(weight_limits=[WEIGHT_LIMIT, WEIGHT_LIMIT]), "terms.once"),
    (terms(statuses=[but(STATUS, jurisdiction_code="gb")]), "terms.places"),
    (terms(limits=[but(LIMIT, jurisdiction_code="GB-")]), "terms.places"),
    (terms(statuses=[but(STATUS, source_codes=[])]), "terms.sources"),
    (terms(limits=[but(LIMIT, source_codes=["as I was told"])]), "terms.sources"),
    (terms(statuses=[but(STATUS, status=0)]), "terms.figures"),
    (terms(limits=[but(LIMIT, max_dose_micrograms=0)]), "terms.figures"),
    (terms(weight_limits=[but(WEIGHT_LIMIT, max_micrograms_per_kilogram=0)]), "terms.figures"),
    (terms(weight_limits=[but(WEIGHT_LIMIT, max_dose_micrograms=0)]), "terms.figures"),
    (model.PairTerms(**PAIR, compatible=True), "pair.outcome"),
    (model.PairTerms(**PAIR), "pair.outcome"),
    (
        model.PairTerms(ingredient_code="zinc", other_ingredient_code="zinc", effect_code="NONE"),
        "pair.two",
    ),
    (policy(lab_validities=[LAB, LAB]), "policy.once"),
    (policy(cooling_offs=[DAYS, DAYS]), "policy.once"),
    (policy(repeatabilities=[STRAY, STRAY]), "policy.once"),
    (policy(effective_from=date_pb2.Date(year=2026)), "date.full"),
]


@pytest.mark.parametrize("stated", WHOLE)
def test_what_is_whole_is_taken(stated: Message) -> None:
    protovalidate.validate(stated)


@pytest.mark.parametrize(("stated", "rule"), BROKEN)
def test_what_is_not_whole_is_refused_by_its_rule(stated: Message, rule: str) -> None:
    with pytest.raises(protovalidate.ValidationError) as refused:
        protovalidate.validate(stated)
    assert [each.proto.rule_id for each in refused.value.violations] == [rule]
