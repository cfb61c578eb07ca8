"""Spans by hand: the only OpenTelemetry import. Sampling is decided before a span starts.

A traceparent is parsed here, not by a propagator, and an unsampled call costs a few random
bits: ready-made instrumentation cost 40 % of throughput. Attribute keys are an allow-list:
ids, codes and counts, never a text.
"""

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    set_span_in_context,
)

from services.chassis.settings import Settings

ATTRIBUTES = frozenset(
    {
        "rpc.system.name",
        "rpc.method",
        "rpc.response.status_code",
        "error.type",
        "messaging.system",
        "messaging.operation.name",
        "messaging.operation.type",
        "messaging.destination.name",
        "messaging.destination.template",
        "messaging.consumer.group.name",
        "messaging.batch.message_count",
        "messaging.message.id",
        "cloudevents.event_id",
        "cloudevents.event_type",
        "mesoflow.aggregate",
        "mesoflow.aggregate_id",
        "mesoflow.command",
        "mesoflow.events",
        "mesoflow.verdict",
        "mesoflow.delivery_count",
    }
)
Kind = SpanKind
# As our own unsampled calls write it: nothing has to be parsed to be written again.
UNSAMPLED = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-00")
Attributes = Mapping[str, str | int | bool]


@dataclass(slots=True)
class Span:
    """A span being made, to its end as a context; `traceparent` goes on to what it causes.

    Unsampled, nothing is kept.
    """

    traceparent: str
    recording: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.recording is not None:
            self.recording.end()

    def set(self, **attributes: str | int) -> None:
        """Set attributes; `rpc__method` stands for `rpc.method`."""
        if self.recording is not None:
            checked = {name.replace("__", "."): value for name, value in attributes.items()}
            _refuse_unknown(checked)
            self.recording.set_attributes(checked)

    def fail(self, reason: str) -> None:
        """Mark the span failed with a reason code."""
        if self.recording is not None:
            self.recording.set_attribute("error.type", reason)
            self.recording.set_status(Status(StatusCode.ERROR))


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Makes the spans of one service."""

    provider: TracerProvider
    ratio: float
    _tracer: Tracer = field(init=False)

    def __post_init__(self) -> None:
        # Asked for at every span it cost as much as the span.
        object.__setattr__(self, "_tracer", self.provider.get_tracer("mesoflow"))

    def span(
        self,
        name: str,
        kind: SpanKind,
        parent: str | None,
        links: Sequence[str] = (),
        attributes: Attributes | None = None,
    ) -> Span:
        """Begin a span of `parent`, linked to `links` (traceparents)."""
        if parent is not None and UNSAMPLED.fullmatch(parent):
            # Nothing is recorded that would need an id of its own.
            return Span(parent)
        above = parsed(parent)
        if above is None and not self._sampled(links):
            return Span(_spelled(random.getrandbits(128), random.getrandbits(64), 0))
        if above is not None and not above.trace_flags.sampled:
            return Span(_spelled(above.trace_id, above.span_id, 0))
        _refuse_unknown(attributes or {})
        recording = self._tracer.start_span(
            name,
            context=None if above is None else set_span_in_context(NonRecordingSpan(above)),
            kind=kind,
            links=[Link(context) for link in links if (context := parsed(link)) is not None],
            attributes=dict(attributes or {}),
        )
        made = recording.get_span_context()
        return Span(_spelled(made.trace_id, made.span_id, 1), recording)

    def _sampled(self, links: Sequence[str]) -> bool:
        """Follow the first link's decision; without one, draw."""
        for link in links:
            if (context := parsed(link)) is not None:
                return context.trace_flags.sampled
        return random.random() < self.ratio

    def close(self) -> None:
        """Send what is still held."""
        self.provider.shutdown()


def parsed(traceparent: str | None) -> SpanContext | None:
    """Read a W3C traceparent; None when there is none or it is malformed."""
    parts = (traceparent or "").split("-")
    if len(parts) != 4 or list(map(len, parts)) != [2, 32, 16, 2]:
        return None
    try:
        trace_id, span_id, flags = (int(part, 16) for part in parts[1:])
    except ValueError:
        return None
    if not trace_id or not span_id:
        return None
    return SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(flags))


def _spelled(trace_id: int, span_id: int, flags: int) -> str:
    return f"00-{trace_id:032x}-{span_id:016x}-{flags:02x}"


def _refuse_unknown(attributes: Mapping[str, object]) -> None:
    if unknown := attributes.keys() - ATTRIBUTES:
        raise ValueError(f"span attributes not on the allow-list: {sorted(unknown)}")


class FileExporter(SpanExporter):
    """Appends one JSON object a span to a file: traces to look at with nothing installed."""

    def __init__(self, path: Path, service: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a")
        self._service = service

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        for span in spans:
            self._file.write(json.dumps(_plain(self._service, span)) + "\n")
        self._file.flush()
        return SpanExportResult.SUCCESS

    def shutdown(self) -> None:
        self._file.close()


def _plain(service: str, span: ReadableSpan) -> dict[str, object]:
    context = span.get_span_context()
    assert context is not None, "an ended span has a context"
    return {
        "service": service,
        "name": span.name,
        "kind": span.kind.name,
        "trace_id": f"{context.trace_id:032x}",
        "span_id": f"{context.span_id:016x}",
        "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
        "links": [
            f"{link.context.trace_id:032x}-{link.context.span_id:016x}" for link in span.links
        ],
        "start": span.start_time,
        "end": span.end_time,
        "status": span.status.status_code.name,
        "attributes": dict(span.attributes or {}),
    }


def telemetry(settings: Settings) -> Telemetry:
    """Return the telemetry of a service: OTLP where an endpoint is set, a file in development."""
    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource.create({"service.name": settings.service}),
        shutdown_on_exit=False,
    )
    if settings.otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=settings.otlp_endpoint)
        provider.add_span_processor(BatchSpanProcessor(exporter))
    if settings.development:
        path = settings.state_dir / "traces" / f"{settings.service}.jsonl"
        file = FileExporter(path, settings.service)
        provider.add_span_processor(BatchSpanProcessor(file, schedule_delay_millis=200))
    return Telemetry(provider, settings.trace_ratio)
