"""An outside client of one chain: a token for each role, and calls that are repeated safely."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple, Protocol, TypeVar

import grpc
from google.protobuf.message import Message
from grpc import aio

from deploy.demo.refusals import Refused, refused
from deploy.demo.stubs import Billing, Consult, Operation, Safety, Sessions
from deploy.local.issuer import Issuer, Person

RequestT = TypeVar("RequestT", bound=Message)
AskedT = TypeVar("AskedT", bound=Message, contravariant=True)
ReplyT = TypeVar("ReplyT")
AnswerT = TypeVar("AnswerT", covariant=True)

SERVICES = ("consult", "sessions", "billing", "safety")
OPTIONS = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)
CALL_SECONDS = 10.0
# How long a service may be away before the client gives up.
PATIENCE_SECONDS = 60.0
# A consumer killed with an event in its hands gets it again when the broker has waited long enough.
EFFECT_SECONDS = 90.0
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5
# What may be asked again as it was: nobody knows whether it was done, or it was not done.
PASSING = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
}
FINAL_REASONS = {"ETAG_MISMATCH"}
# A method is a mutation exactly when its request has this field.
REQUEST_ID = "request_id"


class Speaker(NamedTuple):
    """As whom a call is made; without clinics, as somebody of all of them."""

    role: str
    practitioner_id: str | None = None
    clinics: tuple[str, ...] = ()


CHAIN_ADMIN = Speaker("chain_admin")
FRONT_DESK = Speaker("front_desk")
BILLING = Speaker("billing")
SAFETY_OFFICER = Speaker("safety_officer")
IDENTITY_READER = Speaker("identity_reader")
OPERATOR = Speaker("operator")
AUDITOR = Speaker("auditor")


class Method(Protocol[AskedT, AnswerT]):
    """A unary rpc as a stub offers it."""

    def __call__(
        self, request: AskedT, /, *, timeout: float, metadata: tuple[tuple[str, str], ...]
    ) -> Awaitable[AnswerT]: ...


class NotSeen(Exception):
    """An effect did not show in time; the message says which."""


class Client:
    """Calls to the four services in the name of people of one chain."""

    def __init__(
        self,
        channels: Mapping[str, aio.Channel],
        issuer: Issuer,
        chain_id: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        """Speak over open channels, one under the name of each service."""
        self.consult = Consult.over(channels["consult"])
        self.sessions = Sessions.over(channels["sessions"])
        self.billing = Billing.over(channels["billing"])
        self.safety = Safety.over(channels["safety"])
        self.operations = {name: Operation.over(channels[name]) for name in SERVICES}
        self.chain_id = chain_id
        self._issuer, self._patience_seconds = issuer, patience_seconds
        self._tokens: dict[Speaker, str] = {}

    async def call(
        self, method: Method[RequestT, ReplyT], request: RequestT, by: Speaker
    ) -> ReplyT:
        """Ask until there is an answer or a refusal; however often, a mutation is done once.

        Every repetition carries the same request_id. Raises Refused.
        """
        identified(request)
        deadline = time.monotonic() + self._patience_seconds
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                return await method(request, timeout=CALL_SECONDS, metadata=self.metadata(by))
            except aio.AioRpcError as error:
                refusal = refused(error)
                if not may_pass(refusal) or time.monotonic() + pause > deadline:
                    raise refusal from None
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def metadata(self, by: Speaker) -> tuple[tuple[str, str], ...]:
        """Return what makes a call speak for `by`."""
        if by not in self._tokens:
            person = Person(
                sub=f"demo-{by.role}",
                chain=self.chain_id,
                roles=(by.role,),
                practitioner_id=by.practitioner_id,
                clinics=by.clinics,
            )
            self._tokens[by] = self._issuer.issue(person)
        return (("authorization", f"Bearer {self._tokens[by]}"),)


@asynccontextmanager
async def connected(
    addresses: Mapping[str, str],
    issuer: Issuer,
    chain_id: str,
    *,
    patience_seconds: float = PATIENCE_SECONDS,
) -> AsyncIterator[Client]:
    """Give a client of the services at these addresses."""
    channels = {name: aio.insecure_channel(addresses[name], OPTIONS) for name in SERVICES}
    try:
        yield Client(channels, issuer, chain_id, patience_seconds=patience_seconds)
    finally:
        for channel in channels.values():
            await channel.close()


def identified(request: Message) -> None:
    """Give a mutation its request_id, once."""
    for field in request.DESCRIPTOR.fields:
        if field.name == REQUEST_ID and not getattr(request, field.name):
            setattr(request, field.name, str(uuid.uuid4()))


def may_pass(refusal: Refused) -> bool:
    """Whether the same call may be answered otherwise in a moment."""
    return refusal.status in PASSING and refusal.reason not in FINAL_REASONS


async def eventually(
    read: Callable[[], Awaitable[ReplyT]],
    holds: Callable[[ReplyT], bool],
    what: str,
    *,
    seconds: float = EFFECT_SECONDS,
    awaiting: Collection[str] = (),
) -> ReplyT:
    """Read until the effect of an event shows, and return what was read.

    Refusals with a reason in `awaiting` mean that it has not shown yet, and so does a thing that is
    not there yet. Raises NotSeen with `what` after `seconds`.
    """
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE_SECONDS
    last = ""
    while True:
        try:
            if holds(reply := await read()):
                return reply
        except Refused as refusal:
            if refusal.status is not grpc.StatusCode.NOT_FOUND and refusal.reason not in awaiting:
                raise
            last = f" (last: {refusal.reason})"
        if time.monotonic() > deadline:
            raise NotSeen(f"{what} did not show within {seconds:g} s{last}")
        await asyncio.sleep(pause)
        pause = min(1.5 * pause, LONGEST_PAUSE_SECONDS)
