"""Every rpc of every service, as one chain called it; and the ids that must stay in that chain."""

import re
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pool import Default
from google.protobuf.json_format import MessageToJson
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from deploy.demo.client import SERVICES, Client, Method, RequestT, Speaker
from mesoflow.billing.v1 import service_pb2 as billing
from mesoflow.consult.v1 import service_pb2 as consult
from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.safety.v1 import service_pb2 as safety
from mesoflow.sessions.v1 import service_pb2 as sessions

FILES = (consult, sessions, billing, safety, ops)
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def methods() -> Iterator[MethodDescriptor]:
    """Yield every unary rpc of every mesoflow service."""
    for file in FILES:
        for service in file.DESCRIPTOR.services_by_name.values():
            yield from service.methods


def serving(method: MethodDescriptor) -> tuple[str, ...]:
    """Return the services that serve a method: its own, or all four."""
    owner = str(method.full_name.split(".")[1])
    return (owner,) if owner in SERVICES else SERVICES


def request_type(method: MethodDescriptor) -> type[Message]:
    return GetMessageClass(Default().FindMessageTypeByName(method.input_type.full_name))


class RecordingClient(Client):
    """A client that keeps what it asked and what it was answered, by the request's type."""

    kept: dict[str, list[tuple[Message, Message]]]

    async def call(self, method: Method[RequestT, Any], request: RequestT, by: Speaker) -> Any:  # noqa: ANN401 - whatever the method answers
        reply = await super().call(method, request, by)
        self.records.setdefault(request.DESCRIPTOR.full_name, []).append((request, reply))
        return reply

    @property
    def records(self) -> dict[str, list[tuple[Message, Message]]]:
        if not hasattr(self, "kept"):
            self.kept = {}
        return self.kept

    def replies(self) -> Iterator[Message]:
        for records in self.records.values():
            for _, reply in records:
                yield reply


def ids_in(*messages: Message) -> set[str]:
    """Return every id anywhere in some messages."""
    return {found for message in messages for found in UUID.findall(MessageToJson(message))}


def nested(message: Message) -> Iterator[Message]:
    """Yield a message and every message in it."""
    yield message
    for field, value in message.ListFields():
        if field.type == FieldDescriptor.TYPE_MESSAGE:
            for part in value if field.is_repeated else [value]:
                yield from nested(part)


def belonging_to(clinic_id: str, *messages: Message) -> set[str]:
    """Return the ids of the things that say of themselves that they belong to a clinic."""
    found = {clinic_id}
    for message in messages:
        for part in nested(message):
            own = part.DESCRIPTOR.fields[0].name if part.DESCRIPTOR.fields else ""
            if getattr(part, "clinic_id", "") == clinic_id and own == own_id(part):
                found.add(getattr(part, own))
    return found


def own_id(message: Message) -> str:
    """Return the name of the field that names a resource: `plan_id` of a Plan."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", str(message.DESCRIPTOR.name)).lower() + "_id"
