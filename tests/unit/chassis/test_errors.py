"""A refusal reaches its caller whole, however much stands in the way."""

from base64 import b64encode

from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.grpc.errors import RequestInvalid, trailers
from services.chassis.kernel import DomainError, Violation

# What gRPC's own clients and Java's take of trailers in all, less the status and its message.
ROOM = 8_192 - 500
TEXTS = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=200)
VIOLATIONS = st.lists(st.builds(Violation, TEXTS, TEXTS, TEXTS), max_size=60)


class NotSuitable(DomainError):
    """The patient is not suitable."""


def told(error: DomainError) -> tuple[error_details_pb2.ErrorInfo, list[tuple[str, str]]]:
    """Return the ErrorInfo of `error`, and its violations as subjects with descriptions."""
    [(name, packed)] = trailers(error)
    assert name == "grpc-status-details-bin"
    assert len(b64encode(packed)) < ROOM
    info, invalid, unmet = (
        error_details_pb2.ErrorInfo(),
        error_details_pb2.BadRequest(),
        error_details_pb2.PreconditionFailure(),
    )
    for each in status_pb2.Status.FromString(packed).details:
        assert any(each.Unpack(kind) for kind in (info, invalid, unmet))
    fields = [(each.field, each.description) for each in invalid.field_violations]
    return info, [*fields, *((each.subject, each.description) for each in unmet.violations)]


@given(VIOLATIONS, TEXTS)
def test_as_many_violations_as_there_is_room_for(said: list[Violation], value: str) -> None:
    for refusal in (RequestInvalid, NotSuitable):
        info, shown = told(refusal(violations=said, clinic_ids=value))
        left_out = int(info.metadata.get("violations_left_out", "0"))
        assert len(shown) + left_out == len(said)
        assert [subject for subject, _ in shown] == [each.subject for each in said][: len(shown)]


def test_few_are_told_as_they_are() -> None:
    said = [Violation("RULE", f"RULE-{number}", "BLOCKED ASK_A_PHYSICIAN") for number in range(40)]
    info, shown = told(NotSuitable(violations=said, suitability="BLOCKED"))
    assert dict(info.metadata) == {"suitability": "BLOCKED"}
    assert shown == [(each.subject, each.description) for each in said]


def test_a_value_that_is_too_long_is_cut() -> None:
    info, _ = told(NotSuitable(codes="x" * 100_000))
    assert info.metadata["codes"] == "x" * 250 + "…"
