"""Ids in one spelling, from the edge on: keys, hashes and derived ids compare them as text."""

from collections.abc import Callable
from typing import Any

from buf.validate.validate_pb2 import field as field_rules  # type: ignore[attr-defined]  # an extension
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from services.chassis.kernel import remembered

Step = Callable[[Any], None]


def spell_ids(request: Message) -> None:
    """Spell every field that its schema says is a UUID in lower case, at every depth."""
    for step in _steps(_descriptor(request), frozenset()):
        step(request)


def _descriptor(request: Message) -> Descriptor:
    assert isinstance(request.DESCRIPTOR, Descriptor), "generated messages have descriptors"
    return request.DESCRIPTOR


@remembered
def _steps(descriptor: Descriptor, above: frozenset[str]) -> tuple[Step, ...]:
    """Return what to do to a message; a type inside itself is left alone."""
    inside = above | {descriptor.full_name}
    found = []
    for field in descriptor.fields:
        if field.message_type is not None:
            if field.message_type.full_name not in inside and _steps(field.message_type, inside):
                found.append(_nested(field, _steps(field.message_type, inside)))
        elif _is_uuid(field):
            found.append(_spelled(field))
    return tuple(found)


def _is_uuid(field: FieldDescriptor) -> bool:
    rules: Any = field.GetOptions().Extensions[field_rules]
    return bool((rules.repeated.items if field.is_repeated else rules).string.uuid)


def _spelled(field: FieldDescriptor) -> Step:
    name = field.name

    def one(message: Any) -> None:
        value = getattr(message, name)
        if (lower := value.lower()) != value:
            setattr(message, name, lower)

    def each(message: Any) -> None:
        values = getattr(message, name)
        values[:] = [value.lower() for value in values]

    return each if field.is_repeated else one


def _nested(field: FieldDescriptor, steps: tuple[Step, ...]) -> Step:
    name = field.name

    def inside(message: Any) -> None:
        if not field.is_repeated and not message.HasField(name):
            return
        for part in getattr(message, name) if field.is_repeated else (getattr(message, name),):
            for step in steps:
                step(part)

    return inside
