"""Everything read off the .proto files: events, subjects, roles, redaction."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from mesoflow.options.v1 import options_pb2 as options
from services.chassis.kernel import remembered, snake
from services.chassis.mapping import from_message, to_message


@dataclass(frozen=True, slots=True)
class EventType:
    """A published event, as its .proto file declares it."""

    message: type[Message]
    key: str
    roles: frozenset[str]

    @property
    def name(self) -> str:
        return self.message.DESCRIPTOR.full_name

    @property
    def service(self) -> str:
        return self.name.split(".")[1]

    @property
    def aggregate(self) -> str:
        return self.key.removesuffix("_id")

    def subject(self, chain_id: str) -> str:
        """Return mesoflow.<chain>.<service>.v1.<aggregate>.<event>."""
        _, service, version, name = self.name.split(".")
        return f"mesoflow.{chain_id}.{service}.{version}.{self.aggregate}.{snake(name)}"

    def key_of(self, message: Message) -> str:
        return str(getattr(message, self.key))


def event_types(*modules: ModuleType) -> Iterator[EventType]:
    """Yield every message of `modules` that carries the event option."""
    for module in modules:
        yield from _events_of_file(module.DESCRIPTOR.name)


def event_type(message: type[Message]) -> EventType:
    """Return the declared event type of one generated message."""
    declared = _events_of_file(message.DESCRIPTOR.file.name)
    return next(e for e in declared if e.message is message)


@remembered
def event_type_named(name: str) -> EventType:
    """Return the declared event type of a message's full name; KeyError for no such message."""
    return event_type(GetMessageClass(Default().FindMessageTypeByName(name)))


@remembered
def _events_of_file(name: str) -> tuple[EventType, ...]:
    found = []
    for descriptor in Default().FindFileByName(name).message_types_by_name.values():
        declared = descriptor.GetOptions()
        if declared.HasExtension(options.event):
            event = declared.Extensions[options.event]
            roles = frozenset(role_name(number) for number in event.roles)
            found.append(EventType(GetMessageClass(descriptor), event.key, roles))
    return tuple(found)


def role_name(number: int) -> str:
    """Return a role as tokens spell it: `safety_officer`."""
    return options.Role.Name(options.Role.ValueType(number)).removeprefix("ROLE_").lower()


def method_roles(method: MethodDescriptor) -> frozenset[str] | None:
    """Return the roles that may call `method`, or None when its .proto does not say."""
    declared = method.GetOptions()
    if not declared.HasExtension(options.auth):
        return None
    return frozenset(role_name(number) for number in declared.Extensions[options.auth].roles)


@dataclass(frozen=True, slots=True)
class Contract:
    """A service's published language: each domain event class and the message of its name."""

    types: Mapping[type[Any], EventType]
    classes: Mapping[str, type[Any]]

    def encode(self, event: object) -> tuple[str, bytes]:
        """Return the type's full name and the event's bytes."""
        declared = self.types[type(event)]
        return declared.name, to_message(event, declared.message).SerializeToString()

    def decode(self, name: str, payload: bytes) -> object:
        """Return the domain event that was kept as `payload`."""
        event_class = self.classes[name]
        message = self.types[event_class].message.FromString(payload)
        return from_message(message, event_class)


def contract(published: ModuleType, *domains: ModuleType) -> Contract:
    """Pair every event message of `published` with the event class of its name in `domains`.

    Raises LookupError when either side has one that the other lacks.
    """
    classes = {
        name: value
        for module in domains
        for name, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    }
    types = {e.message.DESCRIPTOR.name: e for e in event_types(published)}
    missing = types.keys() - classes.keys()
    if missing:
        raise LookupError(f"no domain event for {sorted(missing)}")
    return Contract(
        {classes[name]: declared for name, declared in types.items()},
        {declared.name: classes[name] for name, declared in types.items()},
    )


def redacted(message: Message) -> str:
    """Return `message` for a log line, with sensitive fields blanked at every depth."""
    safe = type(message)()
    safe.CopyFrom(message)
    _blank(safe)
    return " ".join(str(safe).split())


def _blank(message: Message) -> None:
    for field, value in message.ListFields():
        if field.GetOptions().Extensions[options.sensitive]:
            message.ClearField(field.name)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            for part in value if _repeated(value) else [value]:
                if isinstance(part, Message):
                    _blank(part)


def _repeated(value: object) -> bool:
    return isinstance(value, Sequence)
