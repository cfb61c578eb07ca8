"""The scopes themselves, outermost first: telemetry, refusals, readable, deadline, auth, rules."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc
import protovalidate

from services.chassis.grpc.canonical import spell_ids
from services.chassis.grpc.errors import (
    STATUS,
    DeadlineMissing,
    Internal,
    RequestInvalid,
    trailers,
)
from services.chassis.grpc.scope import Call, Scope, Unreadable
from services.chassis.identity import RoleMissing, Verifier
from services.chassis.kernel import DomainError, Violation
from services.chassis.messages import method_roles
from services.chassis.telemetry import Kind, Telemetry

logger = logging.getLogger(__name__)
Audit = Callable[[Call, str], Any]


def traced(telemetry: Telemetry) -> Scope:
    """A server span of the caller's trace, or of a new one."""

    @asynccontextmanager
    async def scope(call: Call) -> AsyncIterator[None]:
        with telemetry.span(
            call.method.removeprefix("/"),
            Kind.SERVER,
            call.metadata("traceparent"),
            attributes={"rpc.system.name": "grpc", "rpc.method": call.method.removeprefix("/")},
        ) as span:
            call.traceparent = span.traceparent
            try:
                yield
            except DomainError as error:
                span.fail(error.reason)
                raise

    return scope


def refusing(audit: Audit) -> Scope:
    """Turn a refusal into its status; what is not a refusal becomes INTERNAL and says nothing."""

    @asynccontextmanager
    async def scope(call: Call) -> AsyncIterator[None]:
        try:
            yield
        except DomainError as error:
            await audit(call, error.reason)
            await _abort(call, error)
        except grpc.aio.AbortError:
            raise
        except Exception:
            logger.exception("call failed", extra={"method": call.method})
            await _abort(call, Internal())

    return scope


async def _abort(call: Call, error: DomainError) -> None:
    await call.context.abort(STATUS[error.fault], str(error), trailers(error))


@asynccontextmanager
async def readable(call: Call) -> AsyncIterator[None]:
    """Refuse bytes that were no request, or too many."""
    if isinstance(call.request, Unreadable):
        raise call.request.error
    yield


@asynccontextmanager
async def bounded(call: Call) -> AsyncIterator[None]:
    """Refuse a unary call without a deadline; a stream may last."""
    streaming = call.descriptor is not None and call.descriptor.server_streaming
    if ours(call) and not streaming and call.context.time_remaining() is None:
        raise DeadlineMissing
    yield


def authenticated(verifier: Verifier) -> Scope:
    """Verify the token and its roles against the method's (auth) option."""
    allowed: dict[str, frozenset[str]] = {}

    @asynccontextmanager
    async def scope(call: Call) -> AsyncIterator[None]:
        if not ours(call):
            yield
            return
        call.principal = await verifier.principal(call.metadata("authorization"))
        if call.method not in allowed:
            assert call.descriptor is not None, "checked by ours"
            allowed[call.method] = method_roles(call.descriptor) or frozenset()
        if not call.principal.roles & allowed[call.method]:
            raise RoleMissing(roles=",".join(sorted(allowed[call.method])))
        yield

    return scope


def ours(call: Call) -> bool:
    """Tell our methods from health and reflection, which need no token."""
    return call.method.startswith("/mesoflow.")


def validated() -> Scope:
    """Hold the request against the rules of its .proto."""
    validator = protovalidate.Validator()

    @asynccontextmanager
    async def scope(call: Call) -> AsyncIterator[None]:
        if ours(call):
            found = validator.collect_violations(call.request)
            if found:
                raise RequestInvalid(violations=[_violation(v.proto) for v in found])
            spell_ids(call.request)
        yield

    return scope


def _violation(found: Any) -> Violation:
    # A rule of the whole message names no field.
    elements = found.field.elements if found.field is not None else ()
    path = ".".join(element.field_name for element in elements)
    return Violation(found.rule_id, path, found.message)
