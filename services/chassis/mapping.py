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

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis.kernel import remembered, snake

MessageT = TypeVar("MessageT", bound=Message)
ObjectT = TypeVar("ObjectT")
Convert = Callable[[Any], Any]
Write = Callable[[Any, Any], None]
Put = Callable[[Any, str, Any], None]

TIMESTAMP = "google.protobuf.Timestamp"
DATE = "google.type.Date"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 86_400


def to_message(value: object, message_type: type[MessageT]) -> MessageT:
    """Copy the fields of dataclass `value` into a new message; the dataclass must have them all."""
    message = message_type()
    _writer(type(value), message_type, False)(value, message)
    return message


def to_reply(value: object, message_type: type[MessageT], **more: object) -> MessageT:
    """Like to_message, for the fields that `value` has; `more` gives others by name."""
    message = message_type()
    write_over(message, value)
    for name, item in more.items():
        setattr(message, name, item)
    return message


def write_over(message: Message, value: object) -> None:
    """Put what `value` says of the fields of `message` in the place of what they hold."""
    _writer(type(value), type(message), True)(value, message)


def from_message(message: Message, object_type: type[ObjectT], **more: object) -> ObjectT:
    """Build dataclass `object_type` from `message`; `more` gives fields the message lacks."""
    values = _reader(type(message), object_type, frozenset(more))(message)
    return object_type(**values, **more)


@remembered
def _writer(source: type[Any], message_type: type[Any], partial: bool) -> Write:
    names = {f.name for f in fields(source)}
    steps = [
        (f.name, _outward(f))
        for f in message_type.DESCRIPTOR.fields
        if not partial or f.name in names
    ]

    def write(value: Any, message: Any) -> None:
        for name, put in steps:
            item = getattr(value, name)
            # An empty value says nothing: it is what an unset field reads as.
            if item is not None and item != "" and item != ():
                put(message, name, item)

    return write


def _outward(field: FieldDescriptor) -> Put:
    """Return what puts a Python value into `field` of a message."""
    if field.message_type is not None:
        fill = _filling(field.message_type)
        return _put_messages(fill) if field.is_repeated else _put_message(fill)
    convert = _scalar(field)
    return _put_scalars(convert) if field.is_repeated else _put_scalar(convert)


def _scalar(field: FieldDescriptor) -> Convert | None:
    if field.enum_type is None:
        return None
    numbers = _numbers(field.enum_type)
    return lambda item: numbers[item.name]


def _put_scalar(convert: Convert | None) -> Put:
    if convert is None:
        return setattr
    return lambda message, name, item: setattr(message, name, convert(item))


def _put_scalars(convert: Convert | None) -> Put:
    def put(message: Any, name: str, items: Any) -> None:
        getattr(message, name)[:] = items if convert is None else map(convert, items)

    return put


def _put_message(fill: Write) -> Put:
    def put(message: Any, name: str, item: Any) -> None:
        message.ClearField(name)
        inside = getattr(message, name)
        # Set even when nothing inside it is.
        inside.SetInParent()
        fill(item, inside)

    return put


def _put_messages(fill: Write) -> Put:
    def put(message: Any, name: str, items: Any) -> None:
        message.ClearField(name)
        add = getattr(message, name).add
        for item in items:
            fill(item, add())

    return put


def _filling(descriptor: Descriptor) -> Write:
    match descriptor.full_name:
        case name if name == TIMESTAMP:
            return _fill_timestamp
        case name if name == DATE:
            return _fill_date
        case _:
            message_class = GetMessageClass(descriptor)
            return lambda item, message: _writer(type(item), message_class, False)(item, message)


def _fill_timestamp(item: datetime, stamp: Any) -> None:
    # Not FromDatetime, which goes through a calendar: an eighth of the time.
    since = item - EPOCH
    stamp.seconds = since.days * DAY_SECONDS + since.seconds
    stamp.nanos = since.microseconds * 1000


def _fill_date(item: date, message: Any) -> None:
    message.year, message.month, message.day = item.year, item.month, item.day


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
            return _building(_dataclass(hint, field))


def _building(nested: type[Any]) -> Convert:
    """Return what builds `nested` from a message; its reader is made at first need, since a type
    may be inside itself."""
    made: list[Callable[[Any], dict[str, Any]]] = []

    def build(item: Any) -> Any:
        if not made:
            made.append(_reader(type(item), nested, frozenset()))
        return nested(**made[0](item))

    return build


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


def chosen(message: Message, field: str) -> str:
    """Return the enum value in `field` by its name without the prefix; empty where it is unset."""
    if not (number := getattr(message, field)):
        return ""
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    assert isinstance(enum, EnumDescriptor), f"{field} is an enum"
    return next(name for name, each in _numbers(enum).items() if each == number)


def field_names(message_type: type[Message]) -> Iterable[str]:
    """Return the names of a message's fields."""
    return message_type.DESCRIPTOR.fields_by_name.keys()
