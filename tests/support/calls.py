"""Calling a service as a client does, and reading its refusals."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import aio

from deploy.local.issuer import Issuer, Person
from services.chassis.clock import Ids

ReplyT = TypeVar("ReplyT")
RequestT = TypeVar("RequestT", contravariant=True)
AnsweredT = TypeVar("AnsweredT", covariant=True)
Metadata = tuple[tuple[str, str], ...]
DEADLINE_SECONDS = 10.0


class Method(Protocol[RequestT, AnsweredT]):
    """A unary method of a stub."""

    def __call__(
        self, request: RequestT, *, timeout: float | None, metadata: Metadata
    ) -> Awaitable[AnsweredT]: ...


@dataclass(frozen=True)
class Caller:
    """Someone with a token, and how they call."""

    issuer: Issuer
    chain: str
    roles: Sequence[str]
    clinics: Sequence[str] = ()
    practitioner_id: str | None = None

    @property
    def token(self) -> str:
        return self.signed()

    def signed(self, ttl_seconds: float = 3600, **claims: object) -> str:
        """Return a token; `claims` replace or, as None, remove what it would say."""
        person = Person(
            sub="someone",
            chain=self.chain,
            roles=list(self.roles),
            clinics=list(self.clinics),
            practitioner_id=self.practitioner_id,
        )
        return self.issuer.issue(person, ttl_seconds=ttl_seconds, **claims)

    @property
    def metadata(self) -> Metadata:
        return bearer(self.token)

    async def call(
        self,
        method: Method[RequestT, ReplyT],
        request: RequestT,
        *,
        seconds: float = DEADLINE_SECONDS,
    ) -> ReplyT:
        """Return the answer."""
        return await method(request, timeout=seconds, metadata=self.metadata)


def bearer(token: str) -> Metadata:
    """Return the metadata that carries `token`."""
    return (("authorization", f"Bearer {token}"),)


@dataclass(frozen=True)
class Refusal:
    """How a call was refused. Two refusals are equal when status and reason are."""

    status: str
    reason: str
    message: str = field(default="", compare=False)
    metadata: dict[str, str] = field(default_factory=dict, compare=False)
    fields: list[str] = field(default_factory=list, compare=False)


async def refusal(call: Awaitable[object]) -> Refusal:
    """Return how `call` is refused; fail when it is not."""
    try:
        answer = await call
    except aio.AioRpcError as error:
        return refusal_of(error)
    raise AssertionError(f"not refused: {answer}")


def refusal_of(error: aio.AioRpcError) -> Refusal:
    """Read the status, the reason and what stands beside it."""
    reason, metadata, fields = "", {}, []
    for detail in rich_status(error).details:
        told = error_details_pb2.ErrorInfo()
        broken = error_details_pb2.BadRequest()
        if detail.Unpack(told):
            assert told.domain == "mesoflow"
            reason, metadata = told.reason, dict(told.metadata)
        elif detail.Unpack(broken):
            fields = [each.field for each in broken.field_violations]
    return Refusal(error.code().name, reason, error.details() or "", metadata, fields)


def rich_status(error: aio.AioRpcError) -> status_pb2.Status:
    """Return the google.rpc.Status of a refused call; empty when it carries none."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return status_pb2.Status.FromString(value)
    return status_pb2.Status()


def raw(channel: aio.Channel, method: str) -> Any:  # noqa: ANN401 - bytes in, bytes out: no type
    """Return `method` as bytes in, bytes out: what no stub would send."""
    return channel.unary_unary(method, request_serializer=None, response_deserializer=None)


def new_id() -> str:
    """Return a new UUIDv7."""
    return Ids().new()


def bytes_of(message: Message) -> bytes:
    """Return `message` byte by byte the same each time."""
    return message.SerializeToString(deterministic=True)


def status_name(code: int) -> str:
    """Return the name of a google.rpc.Code as grpc spells it."""
    return next(s.name for s in grpc.StatusCode if s.value[0] == code)
