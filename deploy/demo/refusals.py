"""A refusal as a caller gets it: the status, the reason, and what stands in the way."""

from dataclasses import dataclass

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc import aio

DETAILS = "grpc-status-details-bin"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that stands in the way, as the service names it."""

    kind: str
    subject: str
    description: str


class Refused(Exception):
    """A call was refused. `reason` is of the catalogue or, where none came, the status' name."""

    def __init__(
        self,
        status: grpc.StatusCode,
        reason: str,
        message: str = "",
        violations: tuple[Violation, ...] = (),
    ) -> None:
        super().__init__(f"{reason}: {message}" if message else reason)
        self.status, self.reason, self.message = status, reason, message
        self.violations = violations


def refused(error: aio.AioRpcError) -> Refused:
    """Return what an error of the wire says."""
    for name, value in error.trailing_metadata() or ():
        if name == DETAILS and isinstance(value, bytes):
            return _rich(error.code(), status_pb2.Status.FromString(value))
    return Refused(error.code(), error.code().name, error.details() or "")


def _rich(code: grpc.StatusCode, status: status_pb2.Status) -> Refused:
    reason, violations = code.name, list[Violation]()
    for detail in status.details:
        named = error_details_pb2.ErrorInfo()
        unmet = error_details_pb2.PreconditionFailure()
        wrong = error_details_pb2.BadRequest()
        if detail.Unpack(named):
            reason = named.reason
        elif detail.Unpack(unmet):
            violations += [Violation(v.type, v.subject, v.description) for v in unmet.violations]
        elif detail.Unpack(wrong):
            violations += [Violation("", v.field, v.description) for v in wrong.field_violations]
    return Refused(code, reason, status.message, tuple(violations))
