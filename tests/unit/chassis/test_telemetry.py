"""Spans: followed, linked, sampled once, and with nothing in them that is not on the list."""

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.chassis.telemetry import ATTRIBUTES, Kind, Telemetry, parsed
from tests.support.running import recorded_telemetry

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED, UNSAMPLED = f"00-{TRACE}-{SPAN}-01", f"00-{TRACE}-{SPAN}-00"
Made = tuple[Telemetry, InMemorySpanExporter]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "",
        "x",
        SAMPLED[:-1],
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{'z' * 32}-{SPAN}-01",
        SAMPLED + "-01",
    ],
)
def test_nonsense_is_no_trace(sent: str | None) -> None:
    assert parsed(sent) is None


def test_a_span_follows_its_parent_and_is_linked() -> None:
    telemetry, spans = recorded_telemetry()
    with telemetry.span("process", Kind.CONSUMER, SAMPLED, links=[SAMPLED, "x"]) as span:
        span.set(mesoflow__aggregate="plan")
        span.fail("HOLD_ACTIVE")
    (made,) = spans.get_finished_spans()
    assert made.parent is not None
    assert f"{made.parent.trace_id:032x}-{made.parent.span_id:016x}" == f"{TRACE}-{SPAN}"
    assert [f"{link.context.span_id:016x}" for link in made.links] == [SPAN]
    assert dict(made.attributes or {}) == {
        "mesoflow.aggregate": "plan",
        "error.type": "HOLD_ACTIVE",
    }
    assert span.traceparent.startswith(f"00-{TRACE}-")
    assert span.traceparent.endswith("-01")


def test_an_unsampled_parent_is_followed_and_nothing_recorded() -> None:
    telemetry, spans = recorded_telemetry()
    with telemetry.span("x", Kind.SERVER, UNSAMPLED, attributes={"no such": 1}) as span:
        span.set(patient_name="x")
        span.fail("X")
    assert spans.get_finished_spans() == ()
    assert span.traceparent.startswith(f"00-{TRACE}-")
    assert span.traceparent.endswith("-00")


@pytest.mark.parametrize(("ratio", "count"), [(0.0, 0), (1.0, 1)])
def test_without_a_parent_the_ratio_decides(ratio: float, count: int) -> None:
    telemetry, spans = recorded_telemetry(ratio)
    with telemetry.span("x", Kind.SERVER, None) as span:
        assert parsed(span.traceparent) is not None
    assert len(spans.get_finished_spans()) == count


def test_without_a_parent_the_first_link_decides() -> None:
    telemetry, spans = recorded_telemetry(1.0)
    with telemetry.span("x", Kind.INTERNAL, None, links=[UNSAMPLED]):
        pass
    assert spans.get_finished_spans() == ()
    never, found = recorded_telemetry(0.0)
    with never.span("x", Kind.INTERNAL, None, links=[SAMPLED]):
        pass
    assert len(found.get_finished_spans()) == 1


def test_an_attribute_that_is_not_on_the_list_is_refused() -> None:
    telemetry, _ = recorded_telemetry()
    with (
        pytest.raises(ValueError, match="patient_name"),
        telemetry.span("x", Kind.SERVER, None, attributes={"patient_name": "x"}),
    ):
        pass
    with telemetry.span("x", Kind.SERVER, None) as span, pytest.raises(ValueError, match="note"):
        span.set(note="x")


def test_the_list_names_no_text() -> None:
    assert not {
        a for a in ATTRIBUTES if a.rpartition(".")[2] in {"message", "body", "text", "note"}
    }
