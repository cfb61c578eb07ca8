"""What people read of a journey: ids, reasons and rules; never a name."""

from collections.abc import Sequence
from typing import cast

import grpc
import pytest
from rich.console import Console

from deploy.demo.answers import Said, kept_answers
from deploy.demo.client import Client
from deploy.demo.intake import left_to_a_physician
from deploy.demo.records import PatientRecord, Person, Problem, Records
from deploy.demo.refusals import Refused, Violation
from deploy.demo.report import Report, lines, several, why
from deploy.demo.setting import Setting
from deploy.demo.soundness import at_rest, gaps
from deploy.demo.treatment import Step, Treatment, journey
from mesoflow.clinical.v1.suitability_pb2 import Assessment, FiredRule, Suitability
from mesoflow.common.v1.feed_pb2 import WatchEvent
from mesoflow.consult.v1.model_pb2 import CocktailCheck
from mesoflow.ops.v1.service_pb2 import ConsumerStatus, GetStatusResponse


@pytest.fixture
def treatment() -> Treatment:
    person = Person(full_name="Hidden Name", email_address="hidden@example.org")
    record = PatientRecord(
        reference="Patient/p",
        where="p.json",
        person=person,
        notes=tuple(f"Condition/{number} left out: resolved" for number in range(9)),
    )
    return Treatment(
        client=cast(Client, None),
        setting=cast(Setting, None),
        record=record,
        scripted=kept_answers().of("Patient/sample-b"),
    )


def shown(treatment: Treatment, records: Records, width: int = 80) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        report = Report(console, 1)
        report.problems(records)
        report.tell(treatment, "registered")
        report.tell(treatment, "")
        report.scripted(kept_answers())
        report.table([treatment])
        report.differences(["Patient/p: [what] differs"])
    return captured.get()


def refuse(refusal: Refused) -> Step:
    async def act(_: Treatment) -> None:
        raise refusal

    return Step("plan proposed", act)


async def done(_: Treatment) -> None:
    """Do nothing, with success."""


def test_a_refusal_is_told_with_its_reason_and_rules_and_without_a_name(
    treatment: Treatment,
) -> None:
    pair = Violation("PAIR", "ascorbic_acid+copper", "OXIDATION_OF_ASCORBIC_ACID (R60)")
    refusal = Refused(grpc.StatusCode.FAILED_PRECONDITION, "PAIR_NOT_COMPATIBLE", "no", (pair,))
    treatment.refused = ("plan proposed", refusal)
    problems = (Problem("[bold]x.json", "NOT_JSON", "line 1"),)
    said = shown(treatment, Records((treatment.record,), problems, {"Organization": 2}), 200)
    assert "plan proposed: refused PAIR_NOT_COMPATIBLE" in said
    assert "PAIR ascorbic_acid+copper OXIDATION_OF_ASCORBIC_ACID (R60)" in said
    assert "scripted why: copper oxidises ascorbic acid" in said
    assert "[bold]x.json: NOT_JSON, line 1" in said
    assert "passed over: 2 Organization" in said
    assert "9 entries left out: resolved" in said
    assert "differs Patient/p: [what] differs" in said
    assert "idden" not in said


async def test_a_journey_tells_of_each_step_and_ends_with_a_refusal(treatment: Treatment) -> None:
    refusal = Refused(grpc.StatusCode.FAILED_PRECONDITION, "NOT_SUITABLE")
    steps = (Step("one", done), Step("two", done), refuse(refusal), Step("never", done))
    assert [name async for name in journey(treatment, steps)] == ["one", "two"]
    assert treatment.done == ["one", "two"]
    assert treatment.refused == ("plan proposed", refusal)


async def test_a_step_that_is_not_asked_is_not_taken(treatment: Treatment) -> None:
    steps = (Step("one", done), Step("two", done, asked=lambda _: False), Step("three", done))
    assert [name async for name in journey(treatment, steps)] == ["one", "three"]


@pytest.mark.parametrize(
    ("reference", "suitability", "left"),
    [
        ("Patient/sample-e", Suitability.SUITABILITY_PHYSICIAN_REVIEW, True),
        ("Patient/sample-e", Suitability.SUITABILITY_BLOCKED, False),
        ("Patient/sample-b", Suitability.SUITABILITY_PHYSICIAN_REVIEW, False),
    ],
)
def test_a_physician_decides_where_the_rules_and_the_answers_say_so(
    treatment: Treatment, reference: str, suitability: Suitability.ValueType, left: bool
) -> None:
    treatment.scripted = kept_answers().of(reference)
    assert not left_to_a_physician(treatment)
    treatment.assessment = Assessment(suitability=suitability)
    assert left_to_a_physician(treatment) is left


def test_rules_and_checks_are_told_with_their_figures(treatment: Treatment) -> None:
    fired = FiredRule(rule_id="PREGNANT", effect=Suitability.SUITABILITY_BLOCKED)
    treatment.assessment = Assessment(
        suitability=Suitability.SUITABILITY_BLOCKED, fired_rules=[fired]
    )
    treatment.checks = [
        CocktailCheck(
            verdict_code="DOSE_EXCEEDED",
            rule_code="DOSE",
            subject_code="dutasteride",
            arithmetic="1000 of at most 500 micrograms per session",
        ),
        CocktailCheck(verdict_code="PASSED", rule_code="PAIR", subject_code="a+b"),
    ]
    assert why(treatment) == [
        "suitability BLOCKED",
        "rule PREGNANT: BLOCKED",
        "check DOSE dutasteride: DOSE_EXCEEDED, 1000 of at most 500 micrograms per session",
        "checks of the cocktail passed: 1",
    ]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ({"a": 1, "b": True}, ["a: 1", "b: yes"]),
        ({"a": {"b": "x", "c": "y"}}, ["a: b x, c y"]),
        ({"a": {"b": {"c": 1}}}, ["a.b: c 1"]),
        ({"a": [{"b": 1}, {"b": 2}]}, ["a: b 1; b 2"]),
        ({"a": {str(n): "NO" for n in range(9)}}, ["a: NO for all 9"]),
    ],
)
def test_answers_are_shown_a_line_for_each_value(said: Said, wanted: list[str]) -> None:
    assert lines(said) == wanted


def test_few_notes_stay_as_they_are() -> None:
    notes = ["no birth date", "Condition/1 left out: resolved"]
    assert several(notes) == notes


def event(aggregate_id: str, version: int) -> WatchEvent:
    return WatchEvent(aggregate_id=aggregate_id, version=version, type="t")


@pytest.mark.parametrize(
    ("events", "count"),
    [
        ([event("a", 1), event("b", 1), event("a", 2)], 0),
        ([event("a", 2)], 1),
        ([event("a", 1), event("a", 3)], 1),
        ([event("a", 1), event("a", 1)], 1),
    ],
)
def test_a_gap_and_a_repetition_are_seen(events: Sequence[WatchEvent], count: int) -> None:
    assert len(gaps(list(events))) == count


@pytest.mark.parametrize(
    ("status", "rests"),
    [
        (GetStatusResponse(feed_no=3, relay_feed_no=3), True),
        (GetStatusResponse(feed_no=3, relay_feed_no=2), False),
        (GetStatusResponse(outbox_pending=1), False),
        (GetStatusResponse(parked=1), False),
        (GetStatusResponse(dead=1), False),
        (GetStatusResponse(consumers=[ConsumerStatus(durable="d", pending=1)]), False),
    ],
)
def test_rest_means_that_nothing_waits(status: GetStatusResponse, rests: bool) -> None:
    assert at_rest(status) is rests
