"""The published language, read off the generated modules of all four services."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from google.protobuf.descriptor import (
    Descriptor,
    FieldDescriptor,
    MethodDescriptor,
    ServiceDescriptor,
)

from deploy.local.stack import SERVICES
from services.chassis.delivery import Hearing
from services.chassis.messages import Contract, EventType, event_types

PROTO = Path(__file__).resolve().parents[2] / "proto"


def events_module(service: str) -> ModuleType:
    return import_module(f"mesoflow.{service}.v1.events_pb2")


EVENTS: list[EventType] = [e for name in SERVICES for e in event_types(events_module(name))]
FILES = [
    *[f"mesoflow.{name}.v1.service_pb2" for name in SERVICES],
    "mesoflow.ops.v1.service_pb2",
    "mesoflow.common.v1.feed_pb2",
]


def proto_services() -> Iterator[ServiceDescriptor]:
    """Yield every proto service of the system."""
    for name in FILES:
        yield from import_module(name).DESCRIPTOR.services_by_name.values()


def methods() -> list[MethodDescriptor]:
    """Return every rpc of the system."""
    return [method for service in proto_services() for method in service.methods]


def contract_of(service: str) -> Contract:
    found: Contract = import_module(f"services.{service}.events.published").CONTRACT
    return found


def hearings_of(service: str) -> list[Hearing]:
    return list(import_module(f"services.{service}.events.consumers").HEARINGS)


def descriptor_of(event: EventType) -> Descriptor:
    """Return what the schema says of an event; the stubs give two types for it."""
    return cast(Descriptor, event.message.DESCRIPTOR)


def reached(descriptor: Descriptor) -> Iterator[Descriptor]:
    """Yield `descriptor` and every message of ours inside it."""
    waiting, seen = [descriptor], {descriptor.full_name}
    while waiting:
        one = waiting.pop()
        yield one
        for field in one.fields:
            inner = field.message_type
            if inner is not None and inner.full_name not in seen:
                seen.add(inner.full_name)
                waiting.append(inner)


def fields_of(descriptor: Descriptor) -> Iterator[FieldDescriptor]:
    """Yield every field of `descriptor` at any depth."""
    for one in reached(descriptor):
        yield from one.fields
