"""Requests in one spelling, from the edge on.

Ids are spelled alike, since keys, hashes and derived ids compare them as text. A day or a moment
that is in no calendar is refused: it would be no day in Python either.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from buf.validate.validate_pb2 import field as field_rules  # type: ignore[attr-defined]  # an extension
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from services.chassis.kernel import DateInvalid, remembered
from services.chassis.mapping import DATE, TIMESTAMP

Step = Callable[[Any], None]
# Of the first and the last year that there is a date in.
FIRST_SECOND, LAST_SECOND = -62_135_596_800, 253_402_300_799
NANOSECONDS = 1_000_000_000


def spell(request: Message) -> None:
    """Spell in lower case what the schema says is a UUID, and refuse what is no day, at any depth.

    Raises DateInvalid.
    """
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
            if (refuse := NO_DAYS.get(field.message_type.full_name)) is not None:
                found.append(_nested(field, (refuse,)))
            elif field.message_type.full_name not in inside and _steps(field.message_type, inside):
                found.append(_nested(field, _steps(field.message_type, inside)))
        elif _is_uuid(field):
            found.append(_spelled(field))
    return tuple(found)


def _refuse_no_day(stated: Any) -> None:
    try:
        date(stated.year, stated.month, stated.day)
    except ValueError:
        raise DateInvalid from None


def _refuse_no_moment(stated: Any) -> None:
    in_a_year = FIRST_SECOND <= stated.seconds <= LAST_SECOND
    if not in_a_year or not 0 <= stated.nanos < NANOSECONDS:
        raise DateInvalid


NO_DAYS: dict[str, Step] = {DATE: _refuse_no_day, TIMESTAMP: _refuse_no_moment}


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
