"""The spans that the four services wrote, and the edges that events drew between them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.stack import SERVICES
from mesoflow.common.v1.feed_pb2 import WatchEvent
from services.billing.events.consumers import HEARINGS as BILLING_HEARS
from services.chassis.delivery import Hearing
from services.consult.events.consumers import HEARINGS as CONSULT_HEARS
from services.safety.events.consumers import HEARINGS as SAFETY_HEARS
from services.sessions.events.consumers import HEARINGS as SESSIONS_HEARS

HEARINGS: tuple[Hearing, ...] = (*CONSULT_HEARS, *SESSIONS_HEARS, *BILLING_HEARS, *SAFETY_HEARS)
EVENT_ID = "cloudevents.event_id"
DURABLE = "messaging.consumer.group.name"


@dataclass(frozen=True)
class Span:
    """One line of a service's file."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str | None
    links: list[str]
    attributes: Mapping[str, Any]

    @property
    def label(self) -> str:
        return f"{self.service}: {self.name}"

    @property
    def place(self) -> str:
        """Return what a link to this span says."""
        return f"{self.trace_id}-{self.span_id}"


class Spans:
    """Everything written so far."""

    def __init__(self, folder: Path) -> None:
        """Read the files of all services under a stack's state folder."""
        self.all = [span for name in SERVICES for span in _read(folder / "traces", name)]
        self.by_id = {span.span_id: span for span in self.all}

    def of_event(self, event_id: str, kind: str) -> list[Span]:
        """Return the spans of one kind about one event."""
        return [s for s in self.all if s.kind == kind and s.attributes.get(EVENT_ID) == event_id]

    def named(self, name: str) -> list[Span]:
        return [span for span in self.all if span.name == name]

    def creation(self, event: WatchEvent) -> Span | None:
        """Return the span that the event was recorded in: the parent of its send span."""
        sent = self.of_event(event.event_id, "PRODUCER")
        return self.by_id.get(sent[0].parent_id or "") if sent else None

    def lineage(self, event: WatchEvent) -> list[str]:
        """Return the labels from the span an event was recorded in up to the root of its trace."""
        labels, span = list[str](), self.creation(event)
        while span is not None:
            labels.append(span.label)
            above = self.by_id.get(span.parent_id or "")
            assert above is None or above.trace_id == span.trace_id
            span = above
        return labels

    def broken_edges(self, events: Iterable[WatchEvent]) -> list[str]:
        """Return what is wrong between the recording of each event, its sending and its hearers."""
        return [line for event in events for line in self._broken(event)]

    def _broken(self, event: WatchEvent) -> list[str]:
        source = event.type.split(".")[1]
        creation = self.creation(event)
        if creation is None or creation.service != source:
            return [f"{event.type}: no send span under one of {source}"]
        found = self._wrong(event, creation, self.of_event(event.event_id, "PRODUCER"), "send")
        heard = self.of_event(event.event_id, "CONSUMER")
        for durable in hearers(event.type):
            ours = [span for span in heard if span.attributes[DURABLE] == durable]
            found += self._wrong(event, creation, ours, f"process in {durable}")
        return found

    @staticmethod
    def _wrong(event: WatchEvent, creation: Span, spans: list[Span], what: str) -> list[str]:
        if not spans:
            return [f"{event.type}: no {what}"]
        return [
            f"{event.type}: {what} is no child of, or not linked to, {creation.label}"
            for span in spans
            if (span.trace_id, span.parent_id) != (creation.trace_id, creation.span_id)
            or span.links != [creation.place]
        ]


def hearers(event_type: str) -> list[str]:
    """Return the durables of the services that answer events of a type."""
    return [hearing.durable for hearing in HEARINGS if event_type in hearing.types]


def _read(folder: Path, service: str) -> Iterable[Span]:
    kept = Span.__dataclass_fields__
    # A line without its end is still being written.
    for line in (folder / f"{service}.jsonl").read_text().splitlines(keepends=True):
        if line.endswith("\n"):
            said = json.loads(line)
            yield Span(**{name: said[name] for name in kept})
