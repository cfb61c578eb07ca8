"""The scopes around a call, and the checks before it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
import protovalidate
from google.protobuf.descriptor import MethodDescriptor

from services.chassis.grpc.canonical import spell
from services.chassis.grpc.errors import (
    STATUS,
    DeadlineMissing,
    Internal,
    RequestInvalid,
    trailers,
)
from services.chassis.grpc.scope import Call, Scope, Unreadable, Way
from services.chassis.identity import RoleMissing, Verifier
from services.chassis.kernel import DomainError, Violation
from services.chassis.messages import method_roles
from services.chassis.telemetry import Kind, Telemetry

logger = logging.getLogger(__name__)
Audit = Callable[[Call, str], Any]


def traced(telemetry: Telemetry) -> Scope:
    """A server span of the caller's trace, or of a new one."""

    async def scope(way: Way, call: Call) -> Any:
        method = call.method.removeprefix("/")
        with telemetry.span(
            method,
            Kind.SERVER,
            call.metadata("traceparent"),
            attributes={"rpc.system.name": "grpc", "rpc.method": method},
        ) as span:
            call.traceparent = span.traceparent
            try:
                return await way(call)
            except DomainError as error:
                span.fail(error.reason)
                raise

    return scope


def refusing(audit: Audit) -> Scope:
    """Turn a refusal into its status; what is not a refusal becomes INTERNAL and says nothing."""

    async def scope(way: Way, call: Call) -> Any:
        try:
            return await way(call)
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


@dataclass(slots=True)
class Checks:
    """What is asked of every call before its servicer: readable, bounded, allowed, lawful."""

    verifier: Verifier
    _validator: protovalidate.Validator = field(default_factory=protovalidate.Validator)
    _allowed: dict[str, frozenset[str]] = field(default_factory=dict)

    async def __call__(self, call: Call) -> None:
        """Raise the first refusal, and set who calls."""
        if isinstance(call.request, Unreadable):
            raise call.request.error
        if not call.method.startswith("/mesoflow."):
            # Health and reflection need no token.
            return
        assert call.descriptor is not None, "every method of ours has one"
        # A stream may last; a call says how long it waits.
        if not call.descriptor.server_streaming and call.context.time_remaining() is None:
            raise DeadlineMissing
        call.principal = await self.verifier.principal(call.metadata("authorization"))
        self._refuse_role(call, call.descriptor, call.principal.roles)
        if found := self._validator.collect_violations(call.request):
            raise RequestInvalid(violations=[_violation(v.proto) for v in found])
        spell(call.request)

    def _refuse_role(self, call: Call, descriptor: MethodDescriptor, roles: frozenset[str]) -> None:
        allowed = self._allowed.get(call.method)
        if allowed is None:
            allowed = self._allowed[call.method] = method_roles(descriptor) or frozenset()
        if not roles & allowed:
            raise RoleMissing(roles=",".join(sorted(allowed)))


def _violation(found: Any) -> Violation:
    # A rule of the whole message names no field.
    elements = found.field.elements if found.field is not None else ()
    path = ".".join(element.field_name for element in elements)
    return Violation(found.rule_id, path, found.message)
