"""Rows of the rest of the reference data as they are shown, and by what they are sorted."""

from collections.abc import Iterator, Sequence
from datetime import date

from mesoflow.consult.v1 import model_pb2
from services.chassis.mapping import to_reply
from services.consult.api.days import day_message
from services.consult.domain.consultation.screening import CodingConcept
from services.consult.domain.dating import rows_of
from services.consult.domain.formulary.chairside import (
    CoolingOffRow,
    Lab,
    SupplementaryTherapy,
    TopicalProduct,
)
from services.consult.domain.formulary.model import Changes, Policy, SignedPair
from services.consult.domain.formulary.reference import places
from services.consult.domain.formulary.rows import lab_valid_days, latest, pair_of
from services.consult.domain.response.rules import CitedTrial, ResponseRules
from services.consult.reference.loader import reference

# The kinds of thresholds, in the order in which they are listed.
FLOOR = model_pb2.THRESHOLD_KIND_SESSION_FLOOR_DAYS
TOLERANCE = model_pb2.THRESHOLD_KIND_SESSION_TOLERANCE_DAYS
MIXTURE = model_pb2.THRESHOLD_KIND_CLINIC_MIXTURE_PRODUCTS
SHARE = model_pb2.THRESHOLD_KIND_PULL_TEST_SHARE_THOUSANDTHS
SHED = model_pb2.THRESHOLD_KIND_PULL_TEST_SHED_HAIRS


def labs(day: date, result: str, when_code: str) -> Sequence[Lab]:
    """Return the tests of `day` of a kind, and wanted at some time; empty is any."""
    return [
        row
        for row in reference().labs.on(day).labs
        if result in ("", row.result.value) and when_code in ("", row.when_code)
    ]


def lab(row: Lab, policy: Policy | None) -> model_pb2.Lab:
    """Return a laboratory test with the days that the chain signed for its results."""
    shown = to_reply(row, model_pb2.Lab)
    days = lab_valid_days(policy, row.lab_code)
    if days is not None:
        shown.valid_days = days
    return shown


def therapies(day: date, kind: str) -> Sequence[SupplementaryTherapy]:
    """Return the therapies of `day` of a kind; empty is any."""
    held = reference().therapies.on(day).therapies
    return [row for row in held if kind in ("", row.kind.value)]


def therapy(row: SupplementaryTherapy, language: str) -> model_pb2.SupplementaryTherapy:
    """Return a therapy in a language, or in that which it is a kind of: en for en-GB."""
    text = row.texts.get(language) or row.texts.get(language.partition("-")[0], "")
    return to_reply(row, model_pb2.SupplementaryTherapy, text=text)


def creams(day: date, ingredient_code: str) -> Sequence[TopicalProduct]:
    """Return the numbing creams of `day` that hold an ingredient; empty is any."""
    return [
        row
        for row in rows_of(day, reference().anaesthetics.topical_products)
        if ingredient_code in ("", *(content.ingredient_code for content in row.contains))
    ]


def codings(day: date, system: str, concept: str) -> Sequence[CodingConcept]:
    """Return the codes of `day`, of a system and for a concept; empty is any."""
    return [
        row
        for row in reference().rules.on(day).codings
        if system in ("", row.system) and concept in ("", row.concept)
    ]


def laws(day: date, jurisdiction_code: str) -> Sequence[CoolingOffRow]:
    """Return the rows of `day` of every place, or those that count in one: the nearest."""
    rows = reference().cooling_offs.on(day).rows
    if not jurisdiction_code:
        return rows
    for place in places(jurisdiction_code):
        if found := [row for row in rows if row.jurisdiction_code == place]:
            return found
    return ()


def pairs_with(
    changes: Changes | None, day: date, ingredient_code: str, compatible: bool | None
) -> Sequence[model_pb2.PairEntry]:
    """Return the pairs that an ingredient is one of, and that may be mixed or not; or any."""
    return [
        row
        for row in pairs(changes, day)
        if ingredient_code in ("", row.ingredient_code, row.other_ingredient_code)
        if compatible in (None, row.compatible)
    ]


def pairs(changes: Changes | None, day: date) -> Sequence[model_pb2.PairEntry]:
    """Return what is known of pairs on `day`, with what the chain signed in place of the files."""
    shown: dict[frozenset[str], model_pb2.PairEntry] = {}
    for row in rows_of(day, reference().pairs.pairs):
        one, other = sorted(row.ingredient_codes)
        shown[frozenset(row.ingredient_codes)] = to_reply(
            row, model_pb2.PairEntry, ingredient_code=one, other_ingredient_code=other
        )
    signed = latest(changes.pairs, lambda each: pair_of(each.terms), day) if changes else {}
    return list((shown | {pair: signed_pair(row) for pair, row in signed.items()}).values())


def signed_pair(row: SignedPair) -> model_pb2.PairEntry:
    """Return a pair as the chain signed it; the version of such a row is its first day."""
    one, other = sorted(pair_of(row.terms))
    shown = to_reply(
        row.terms,
        model_pb2.PairEntry,
        ingredient_code=one,
        other_ingredient_code=other,
        version=row.effective_from.isoformat(),
        signed_by_code=row.practitioner_id,
    )
    shown.source_codes.extend(row.source_codes)
    shown.effective_from.CopyFrom(day_message(row.effective_from))
    return shown


def pair_code(row: model_pb2.PairEntry) -> str:
    """Return what pairs are sorted by."""
    return f"{row.ingredient_code}+{row.other_ingredient_code}"


def response_rules(rules: ResponseRules) -> Iterator[model_pb2.ResponseRule]:
    """Yield the reviews, the responders and the verdicts, each as a rule."""
    for review in rules.reviews:
        shown = to_reply(review, model_pb2.ResponseRule, rule_code=f"WEEK-{review.week:03}")
        shown.review_week.CopyFrom(to_reply(review, model_pb2.ReviewWeek))
        yield shown
    for responder in rules.responders:
        shown = to_reply(responder, model_pb2.ResponseRule)
        shown.responder_rule.CopyFrom(to_reply(responder, model_pb2.ResponderRule))
        yield shown
    for verdict in rules.verdicts:
        shown = to_reply(verdict, model_pb2.ResponseRule)
        shown.verdict_rule.CopyFrom(to_reply(verdict, model_pb2.VerdictRule))
        yield shown


def rule_kind(row: model_pb2.ResponseRule) -> str:
    """Return the kind of a rule of the response."""
    content = row.WhichOneof("content")
    assert content is not None, "a rule is of a kind"
    return content.partition("_")[0].upper()


def trial_code(row: CitedTrial) -> str:
    """Return what trials are sorted by: one may say the same of several weeks."""
    week = "" if row.figure.week is None else f"{row.figure.week:05}"
    return f"{row.measure.value}/{row.figure.figure_code}/{week}"


def thresholds(day: date) -> Iterator[model_pb2.Threshold]:
    """Yield the figures that hold for everything of their kind on `day`."""
    held = reference()
    schedules, formulary, scales = held.schedules.on(day), held.formulary, held.scales.on(day)
    for floor in schedules.floors:
        yield threshold(floor, FLOOR, floor.floor_days)
    for tolerance in schedules.tolerances:
        yield threshold(tolerance, TOLERANCE, tolerance.tolerance_days)
    for mixture in rows_of(day, formulary.clinic_mixtures):
        yield threshold(mixture, MIXTURE, mixture.products_max)
    for pull_test in scales.pull_tests:
        yield threshold(pull_test, SHARE, pull_test.positive_share_thousandths)
        yield threshold(pull_test, SHED, pull_test.positive_shed)


def threshold(
    row: object, kind: model_pb2.ThresholdKind.ValueType, figure: int
) -> model_pb2.Threshold:
    """Return a figure of a row."""
    shown = to_reply(row, model_pb2.Threshold, kind=kind)
    shown.value = figure
    return shown


def threshold_code(row: model_pb2.Threshold) -> str:
    """Return what thresholds are sorted by."""
    return f"{row.kind:03}/{row.interval_days:05}/{row.version}"
