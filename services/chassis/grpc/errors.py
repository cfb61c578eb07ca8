"""A refusal as google.rpc.Status: its status, its reason, and what stands in the way."""

from collections.abc import Sequence

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from services.chassis.kernel import DomainError, Fault, Violation

ERROR_DOMAIN = "mesoflow"
# Common clients take 8 KiB of trailers in all, and ours stand there in base64. A refusal beyond
# that reaches the caller as RESOURCE_EXHAUSTED, without its status and its reason.
VIOLATIONS_BYTES_MOST, VALUE_CHARACTERS_MOST = 4_000, 250
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
    """Return ErrorInfo, and the violations that have room as BadRequest or PreconditionFailure."""
    shown = fitting(error.violations)
    metadata = {name: shortened(value) for name, value in error.metadata.items()}
    if left_out := len(error.violations) - len(shown):
        metadata["violations_left_out"] = str(left_out)
    found: list[Message] = [
        error_details_pb2.ErrorInfo(reason=error.reason, domain=ERROR_DOMAIN, metadata=metadata)
    ]
    if shown and error.fault is Fault.INVALID:
        found.append(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(
                        field=v.subject, description=v.description or v.kind
                    )
                    for v in shown
                ]
            )
        )
    elif shown:
        found.append(
            error_details_pb2.PreconditionFailure(
                violations=[
                    error_details_pb2.PreconditionFailure.Violation(
                        type=v.kind, subject=v.subject, description=v.description
                    )
                    for v in shown
                ]
            )
        )
    return found


def fitting(violations: Sequence[Violation]) -> Sequence[Violation]:
    """Return the first violations, as many as a caller has room for."""
    room = VIOLATIONS_BYTES_MOST
    for place, each in enumerate(violations):
        room -= violation_bytes(each)
        if room < 0:
            return violations[:place]
    return violations


def violation_bytes(violation: Violation) -> int:
    """Return what a violation takes, with the tags and lengths around its texts."""
    texts = (violation.kind, violation.subject, violation.description)
    return sum(3 + len(text.encode()) for text in texts) + 3


def shortened(value: str) -> str:
    """Return a value of the metadata as long as there is room for it."""
    return value if len(value) <= VALUE_CHARACTERS_MOST else f"{value[:VALUE_CHARACTERS_MOST]}…"


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
