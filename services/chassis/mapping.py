"""One mapping by name between dataclasses and messages.

Domain field = proto field. Times are aware datetimes, dates are dates, enums go by their
prefix-stripped names, nested dataclasses by recursion; an unset message or optional field is None.
Each pair of types is worked out once and kept.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, TypeVar, cast

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis.kernel import remembered, snake

MessageT = TypeVar("MessageT", bound=Message)
ObjectT = TypeVar("ObjectT")
Convert = Callable[[Any], Any]

TIMESTAMP = "google.protobuf.Timestamp"
DATE = "google.type.Date"


def to_message(value: object, message_type: type[MessageT]) -> MessageT:
    """Copy the fields of dataclass `value` into a new message; the dataclass must have them all."""
    filled: MessageT = _writer(type(value), message_type, False)(value)
    return filled


def to_reply(value: object, message_type: type[MessageT], **more: object) -> MessageT:
    """Like to_message, for the fields that `value` has; `more` gives others by name."""
    filled: MessageT = _writer(type(value), message_type, True)(value)
    for name, item in more.items():
        setattr(filled, name, item)
    return filled


def from_message(message: Message, object_type: type[ObjectT], **more: object) -> ObjectT:
    """Build dataclass `object_type` from `message`; `more` gives fields the message lacks."""
    values = _reader(type(message), object_type, frozenset(more))(message)
    return object_type(**values, **more)


@remembered
def _writer(source: type[Any], message_type: type[Any], partial: bool) -> Convert:
    names = {f.name for f in fields(source)}
    steps = [
        (f.name, f.is_repeated, _is_message(f), _outward(f))
        for f in message_type.DESCRIPTOR.fields
        if not partial or f.name in names
    ]

    def write(value: Any) -> Any:
        message = message_type()
        for name, repeated, nested, convert in steps:
            item = getattr(value, name)
            if item is None:
                continue
            if repeated:
                getattr(message, name).extend([convert(part) for part in item])
            elif nested:
                getattr(message, name).CopyFrom(convert(item))
            else:
                setattr(message, name, convert(item))
        return message

    return write


def _is_message(field: FieldDescriptor) -> bool:
    return field.type == FieldDescriptor.TYPE_MESSAGE


def _outward(field: FieldDescriptor) -> Convert:
    """Return what turns a Python value into a value of `field`."""
    if field.enum_type is not None:
        numbers = _numbers(field.enum_type)
        return lambda item: numbers[item.name]
    if field.message_type is None:
        return lambda item: item
    message_class: Any = GetMessageClass(field.message_type)
    match field.message_type.full_name:
        case name if name == TIMESTAMP:
            return lambda item: _timestamp(message_class, item)
        case name if name == DATE:
            return lambda item: message_class(year=item.year, month=item.month, day=item.day)
        case _:
            return lambda item: _writer(type(item), message_class, False)(item)


def _timestamp(stamp_class: Any, item: datetime) -> Any:
    stamp = stamp_class()
    stamp.FromDatetime(item)
    return stamp


@remembered
def _numbers(descriptor: EnumDescriptor) -> dict[str, int]:
    prefix = snake(descriptor.name).upper() + "_"
    return {v.name.removeprefix(prefix): v.number for v in descriptor.values}


@remembered
def _reader(
    message_type: type[Any], object_type: type[Any], given: frozenset[str]
) -> Callable[[Any], dict[str, Any]]:
    hints = typing.get_type_hints(object_type)
    by_name = message_type.DESCRIPTOR.fields_by_name
    steps = [
        (f.name, _presence(by_name[f.name]), _inward(by_name[f.name], hints[f.name]))
        for f in fields(object_type)
        if f.name not in given
    ]

    def read(message: Any) -> dict[str, Any]:
        return {
            name: convert(getattr(message, name))
            if not presence or message.HasField(name)
            else None
            for name, presence, convert in steps
        }

    return read


def _presence(field: FieldDescriptor) -> bool:
    return bool(field.has_presence) and not field.is_repeated


def _inward(field: FieldDescriptor, hint: Any) -> Convert:
    """Return what turns a value of `field` into the Python value that `hint` asks for."""
    plain = _without_none(hint)
    if field.is_repeated:
        part = _one(field, typing.get_args(plain)[0])
        return lambda items: tuple(part(item) for item in items)
    return _one(field, plain)


def _one(field: FieldDescriptor, hint: Any) -> Convert:
    if field.enum_type is not None:
        members = _members(field.enum_type, hint)
        return lambda number: members[number]
    if field.message_type is None:
        return lambda item: item
    match field.message_type.full_name:
        case name if name == TIMESTAMP:
            return lambda item: item.ToDatetime(tzinfo=UTC)
        case name if name == DATE:
            return lambda item: date(item.year, item.month, item.day)
        case _:
            return lambda item: from_message(item, _dataclass(hint, field))


def _dataclass(hint: Any, field: FieldDescriptor) -> type[Any]:
    assert dataclasses.is_dataclass(hint), f"{field.full_name} needs a dataclass, not {hint}"
    return cast(type[Any], hint)


@remembered
def _members(descriptor: EnumDescriptor, enum: type[Enum]) -> dict[int, Enum | None]:
    """Map numbers to members; a number whose name the enum lacks (UNSPECIFIED) becomes None."""
    return {number: enum.__members__.get(name) for name, number in _numbers(descriptor).items()}


def _without_none(hint: Any) -> Any:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return next(arg for arg in typing.get_args(hint) if arg is not types.NoneType)
    return hint


def field_names(message_type: type[Message]) -> Iterable[str]:
    """Return the names of a message's fields."""
    return message_type.DESCRIPTOR.fields_by_name.keys()
