"""One sample of any message, the same each time: every field set, to a value of its own."""

from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

DEPTH_MOST = 6
REPEATED = 2
DAY = {"google.type.Date": {"year": 2026, "month": 1, "day": 31}}


def sample(descriptor: Descriptor, salt: str = "", depth: int = 0) -> Message:
    """Return a message with every field set; `salt` makes two of one type differ."""
    message: Any = GetMessageClass(descriptor)()
    known: dict[str, dict[str, int]] = DAY
    if descriptor.full_name in known:
        return GetMessageClass(descriptor)(**known[descriptor.full_name])
    for field in descriptor.fields:
        if depth >= DEPTH_MOST and field.message_type is not None:
            continue
        place = f"{salt}{descriptor.full_name}.{field.name}"
        if field.is_repeated:
            values = [value_of(field, f"{place}[{n}]", depth) for n in range(REPEATED)]
            getattr(message, field.name).extend(values)
        elif field.message_type is not None:
            getattr(message, field.name).CopyFrom(value_of(field, place, depth))
        else:
            setattr(message, field.name, value_of(field, place, depth))
    return GetMessageClass(descriptor).FromString(message.SerializeToString(deterministic=True))


def value_of(field: FieldDescriptor, place: str, depth: int) -> object:
    """Return a value of `field` that its place leads to."""
    if field.message_type is not None:
        return sample(field.message_type, place, depth + 1)
    number = 1 + sum(place.encode()) % 1000
    if field.full_name == "google.protobuf.Timestamp.nanos":
        return number * 1000  # times are kept to the microsecond
    if field.enum_type is not None:
        numbers = sorted(each.number for each in field.enum_type.values if each.number)
        return numbers[number % len(numbers)]
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return True
    if kind in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return number / 4
    if field.type == FieldDescriptor.TYPE_BYTES:
        return place.encode()[-32:]
    return place if kind == FieldDescriptor.CPPTYPE_STRING else number
