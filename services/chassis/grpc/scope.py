"""Cross-cutting concerns of a call, entered by the server's one interceptor, in order.

Each scope is handed the call and the rest of its way; innermost are the checks and the handler.
The call in progress is a context variable, so that a servicer can say `current()` and never sees
metadata. Plain calls, not context managers: those cost a tenth of a command's own time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import DecodeError
from grpc import aio

from services.chassis.grpc.errors import RequestMalformed, RequestTooLarge, WatcherTooSlow
from services.chassis.identity import Principal
from services.chassis.kernel import DomainError

REQUEST_BYTES_MOST = 1024 * 1024
SLOW_SECONDS = 30.0
Context: TypeAlias = aio.ServicerContext[Any, Any]
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any] | None"


@dataclass(slots=True)
class Call:
    """One call in progress. `principal` and `traceparent` are set by their scopes."""

    method: str
    descriptor: MethodDescriptor | None
    request: Any
    context: Context
    principal: Principal | None = None
    traceparent: str | None = None
    _metadata: dict[str, Any] | None = None

    @property
    def caller(self) -> Principal:
        assert self.principal is not None, "the auth scope runs before any servicer"
        return self.principal

    def metadata(self, wanted: str) -> str | None:
        if self._metadata is None:
            self._metadata = dict(reversed(tuple(self.context.invocation_metadata() or ())))
        value = self._metadata.get(wanted)
        return value if isinstance(value, str) else None


Way: TypeAlias = Callable[[Call], Awaitable[Any]]
Scope: TypeAlias = Callable[[Way, Call], Awaitable[Any]]
Check: TypeAlias = Callable[[Call], Awaitable[None]]
_current: ContextVar[Call] = ContextVar("call")


def current() -> Call:
    """Return the call that this task is answering."""
    return _current.get()


class Unreadable:
    """Stands for a request whose bytes were refused before any handler saw them."""

    def __init__(self, error: DomainError) -> None:
        self.error = error


def guarded(deserialize: Callable[[bytes], Any]) -> Callable[[bytes], Any]:
    """Return a deserializer that never raises: grpc would answer UNKNOWN with the error's words."""

    def read(data: bytes) -> Any:
        if len(data) > REQUEST_BYTES_MOST:
            return Unreadable(RequestTooLarge(bytes_most=str(REQUEST_BYTES_MOST)))
        try:
            return deserialize(data)
        except DecodeError:
            return Unreadable(RequestMalformed())

    return read


class Scopes(aio.ServerInterceptor):
    """The server's only interceptor: leads every call through every scope."""

    def __init__(
        self, methods: dict[str, MethodDescriptor], scopes: Sequence[Scope], check: Check
    ) -> None:
        self._methods = methods
        self._scopes = scopes
        self._check = check
        self._handlers: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        method = handler_call_details.method
        known = self._handlers.get(method)
        if known is None:
            handler = await continuation(handler_call_details)
            if handler is None:
                return None
            known = self._handlers[method] = self._led(method, handler)
        return known

    def _led(self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]") -> Handler:
        assert handler.request_deserializer is not None, "every method of ours has messages"
        read = guarded(handler.request_deserializer)
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(
                self._entered(method, _answering(handler.unary_unary)),
                read,
                handler.response_serializer,
            )
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(
                self._entered(method, _streaming(handler.unary_stream)),
                read,
                handler.response_serializer,
            )
        return handler

    def _entered(self, method: str, handle: Way) -> Callable[[Any, Any], Awaitable[Any]]:
        """Return what gRPC calls: the scopes, then the checks, then `handle`."""

        async def checked(call: Call) -> Any:
            await self._check(call)
            return await handle(call)

        way: Way = checked
        for scope in reversed(self._scopes):
            way = partial(scope, way)
        descriptor = self._methods.get(method)

        async def enter(request: Any, context: Any) -> Any:
            call = Call(method, descriptor, request, context)
            _current.set(call)
            return await way(call)

        return enter


def _answering(inner: Callable[..., Any]) -> Way:
    async def answer(call: Call) -> Any:
        return await inner(call.request, call.context)

    return answer


def _streaming(inner: Callable[..., Any]) -> Way:
    async def stream(call: Call) -> None:
        async for response in inner(call.request, call.context):
            await _written_in_time(call.context, response)

    return stream


async def _written_in_time(context: Any, response: object) -> None:
    """Write to the stream, or cut a reader who has not made room in SLOW_SECONDS."""
    try:
        async with asyncio.timeout(SLOW_SECONDS):
            await context.write(response)
    except TimeoutError:
        raise WatcherTooSlow from None
