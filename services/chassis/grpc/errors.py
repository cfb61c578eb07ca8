"""A refusal as google.rpc.Status: its status, its reason, and what stands in the way."""

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from services.chassis.kernel import DomainError, Fault

ERROR_DOMAIN = "mesoflow"
STATUS = {
    Fault.INVALID: grpc.StatusCode.INVALID_ARGUMENT,
    Fault.NOT_FOUND: grpc.StatusCode.NOT_FOUND,
    Fault.ALREADY_EXISTS: grpc.StatusCode.ALREADY_EXISTS,
    Fault.PRECONDITION: grpc.StatusCode.FAILED_PRECONDITION,
    Fault.CONFLICT: grpc.StatusCode.ABORTED,
    Fault.FORBIDDEN: grpc.StatusCode.PERMISSION_DENIED,
    Fault.UNAUTHENTICATED: grpc.StatusCode.UNAUTHENTICATED,
    Fault.UNAVAILABLE: grpc.StatusCode.UNAVAILABLE,
    Fault.EXHAUSTED: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Fault.OUT_OF_RANGE: grpc.StatusCode.OUT_OF_RANGE,
    Fault.INTERNAL: grpc.StatusCode.INTERNAL,
}


class Internal(DomainError):
    """Something went wrong here; the operators can find it by the time and the method."""

    fault = Fault.INTERNAL


class RequestInvalid(DomainError):
    """The request breaks a rule of its schema."""

    fault = Fault.INVALID


class RequestMalformed(DomainError):
    """The bytes are not a message of the method's request type."""

    fault = Fault.INVALID


class RequestTooLarge(DomainError):
    """The request is larger than the method takes."""

    fault = Fault.EXHAUSTED


class WatcherTooSlow(DomainError):
    """The stream was not read in time; resume from the last item."""

    fault = Fault.EXHAUSTED


class DeadlineMissing(DomainError):
    """Set a deadline on the call."""

    fault = Fault.INVALID


def trailers(error: DomainError) -> tuple[tuple[str, bytes], ...]:
    """Return the trailing metadata that carries the rich status of `error`."""
    status = status_pb2.Status(
        code=STATUS[error.fault].value[0],
        message=str(error),
        details=[_packed(detail) for detail in details(error)],
    )
    return (("grpc-status-details-bin", status.SerializeToString()),)


def details(error: DomainError) -> list[Message]:
    """Return ErrorInfo, and the violations as BadRequest or PreconditionFailure."""
    found: list[Message] = [
        error_details_pb2.ErrorInfo(
            reason=error.reason, domain=ERROR_DOMAIN, metadata=error.metadata
        )
    ]
    if error.violations and error.fault is Fault.INVALID:
        found.append(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(
                        field=v.subject, description=v.description or v.kind
                    )
                    for v in error.violations
                ]
            )
        )
    elif error.violations:
        found.append(
            error_details_pb2.PreconditionFailure(
                violations=[
                    error_details_pb2.PreconditionFailure.Violation(
                        type=v.kind, subject=v.subject, description=v.description
                    )
                    for v in error.violations
                ]
            )
        )
    return found


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
