"""Anyone with a token, who may call any rpc of any service and is answered or refused."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.json_format import MessageToJson, Parse
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc import aio

from deploy.local.issuer import Person
from deploy.local.stack import Stack
from mesoflow.common.v1.feed_pb2 import WatchEvent, WatchRequest
from mesoflow.common.v1.feed_pb2_grpc import FeedServiceStub
from mesoflow.options.v1.options_pb2 import Role
from services.chassis.messages import role_name
from tests.integration.tenants.recording import UUID
from tests.support.calls import Metadata, Refusal, bearer, new_id, refusal_of

ROLES = tuple(role_name(number) for number in Role.values() if number)
SECONDS = 10.0


@dataclass(frozen=True)
class Voice:
    """Someone with every role there is, in one chain, perhaps in some of its clinics only."""

    stack: Stack
    chain_id: str
    practitioner_id: str
    clinics: tuple[str, ...] = ()

    @property
    def metadata(self) -> Metadata:
        return bearer(
            self.stack.issuer.issue(
                Person(
                    sub="someone",
                    chain=self.chain_id,
                    roles=ROLES,
                    clinics=self.clinics,
                    practitioner_id=self.practitioner_id,
                )
            )
        )

    async def ask(
        self, service: str, method: MethodDescriptor, request: Message
    ) -> Message | Refusal:
        """Return what the service answers, or how it refuses."""
        path = f"/{method.containing_service.full_name}/{method.name}"
        answer = GetMessageClass(method.output_type)
        async with aio.insecure_channel(self.stack.services[service].address) as channel:
            call: Any = channel.unary_unary(
                path,
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=answer.FromString,
            )
            try:
                reply: Message = await call(request, timeout=SECONDS, metadata=self.metadata)
            except aio.AioRpcError as error:
                return refusal_of(error)
        return reply

    async def hear(self, service: str, resume_token: str = "") -> tuple[list[WatchEvent], str]:
        """Return every event after a token up to the mark, and the mark's own token."""
        events = list[WatchEvent]()
        async with aio.insecure_channel(self.stack.services[service].address) as channel:
            request = WatchRequest(resume_token=resume_token)
            call = FeedServiceStub(channel).Watch(request, timeout=SECONDS, metadata=self.metadata)
            async for item in call:
                if item.HasField("caught_up"):
                    call.cancel()
                    return events, item.resume_token
                if item.HasField("event"):
                    events.append(item.event)
        raise AssertionError("the watch ended before it had caught up")


def afresh(request: Message) -> Any:  # noqa: ANN401 - the request's own type
    """Return a copy of a request, under a request id of its own where it has one."""
    copy = type(request)()
    copy.CopyFrom(request)
    if "request_id" in copy.DESCRIPTOR.fields_by_name:
        setattr(copy, "request_id", new_id())  # noqa: B010 - the type is any request's
    return copy


def with_other_ids(request: Message) -> Message:
    """Return a copy in which every id is one that nobody ever had."""
    others: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        return others.setdefault(found[0], str(uuid4()))

    return Parse(UUID.sub(other, MessageToJson(request)), type(request)())
