"""Cross-cutting concerns of a call, entered by the server's one interceptor, in order.

Each scope is an async context manager around the handler; then come the checks. The call in
progress is a context variable, so that a servicer can say `current()` and never sees metadata.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from contextvars import ContextVar
from dataclasses import dataclass
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

    @property
    def caller(self) -> Principal:
        assert self.principal is not None, "the auth scope runs before any servicer"
        return self.principal

    def metadata(self, wanted: str) -> str | None:
        for key, value in self.context.invocation_metadata() or ():
            if key == wanted and isinstance(value, str):
                return value
        return None


Scope: TypeAlias = Callable[[Call], AbstractAsyncContextManager[None]]
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
    """The server's only interceptor: enters every scope around every call."""

    def __init__(
        self, methods: dict[str, MethodDescriptor], scopes: Sequence[Scope], check: Check
    ) -> None:
        self._methods = methods
        self._scopes = scopes
        self._check = check

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        method = handler_call_details.method
        assert handler.request_deserializer is not None, "every method of ours has messages"
        read = guarded(handler.request_deserializer)
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(
                self._unary(method, handler.unary_unary), read, handler.response_serializer
            )
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(
                self._stream(method, handler.unary_stream), read, handler.response_serializer
            )
        return handler

    def _unary(self, method: str, inner: Callable[..., Any]) -> Any:
        async def unary(request: Any, context: Any) -> Any:
            async with AsyncExitStack() as stack:
                await self._enter(stack, Call(method, self._methods.get(method), request, context))
                return await inner(request, context)

        return unary

    def _stream(self, method: str, inner: Callable[..., Any]) -> Any:
        async def stream(request: Any, context: Any) -> None:
            async with AsyncExitStack() as stack:
                await self._enter(stack, Call(method, self._methods.get(method), request, context))
                async for response in inner(request, context):
                    await _written_in_time(context, response)

        return stream

    async def _enter(self, stack: AsyncExitStack, call: Call) -> None:
        _current.set(call)
        for scope in self._scopes:
            await stack.enter_async_context(scope(call))
        await self._check(call)


async def _written_in_time(context: Any, response: object) -> None:
    """Write to the stream, or cut a reader who has not made room in SLOW_SECONDS."""
    try:
        async with asyncio.timeout(SLOW_SECONDS):
            await context.write(response)
    except TimeoutError:
        raise WatcherTooSlow from None
