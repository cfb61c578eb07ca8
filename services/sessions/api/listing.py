"""How list requests name a state or a measure."""

from google.protobuf.message import Message

from services.chassis.kernel import snake


def chosen(request: Message, field: str) -> str:
    """Return the enum value of `field` by its name without the prefix; empty where it is unset."""
    number = getattr(request, field)
    enum = request.DESCRIPTOR.fields_by_name[field].enum_type
    assert enum is not None, f"{field} is an enum"
    name = enum.values_by_number[number].name
    return name.removeprefix(snake(enum.name).upper() + "_") if number else ""
