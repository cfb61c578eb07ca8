"""The client: the same request again after a loss, a refusal as it is, effects awaited."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import grpc
import jwt
import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2
from grpc import aio

from deploy.demo.client import (
    FRONT_DESK,
    SERVICES,
    Client,
    NotSeen,
    Speaker,
    connected,
    eventually,
    identified,
)
from deploy.demo.refusals import Refused, Violation, refused
from deploy.local.issuer import Issuer
from mesoflow.consult.v1.service_pb2 import (
    AcceptPlanRequest,
    AcceptPlanResponse,
    GetPlanRequest,
)

PLAN = "01a2048c-38ca-76eb-aa81-37a161ce6903"
CHAIN = "01a2048c-38ca-76eb-aa81-37a161ce6904"


def error(
    code: grpc.StatusCode, reason: str = "", unmet: Sequence[tuple[str, str, str]] = ()
) -> aio.AioRpcError:
    """Return an error as the wire brings it; without a reason it carries no details."""
    trailing = aio.Metadata()
    if reason:
        status = status_pb2.Status(code=code.value[0], message="said", details=[AnyMessage()] * 2)
        status.details[0].Pack(error_details_pb2.ErrorInfo(reason=reason, domain="mesoflow"))
        failure = error_details_pb2.PreconditionFailure()
        for kind, subject, description in unmet:
            failure.violations.add(type=kind, subject=subject, description=description)
        status.details[1].Pack(failure)
        trailing.add("grpc-status-details-bin", status.SerializeToString())
    return aio.AioRpcError(code, aio.Metadata(), trailing, "said")


class Answering:
    """A method that answers with errors, one after the other, and then with success."""

    def __init__(self, *errors: aio.AioRpcError) -> None:
        self._errors = iter(errors)
        self.asked: list[str] = []

    async def __call__(
        self, request: AcceptPlanRequest, /, **options: object
    ) -> AcceptPlanResponse:
        assert set(options) == {"timeout", "metadata"}
        self.asked.append(request.request_id)
        for each in self._errors:
            raise each
        return AcceptPlanResponse(plan_id=request.plan_id)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path / "issuer")


@pytest.fixture
async def client(issuer: Issuer) -> AsyncIterator[Client]:
    nowhere = {name: "127.0.0.1:1" for name in SERVICES}
    async with connected(nowhere, issuer, CHAIN, patience_seconds=0.3) as alone:
        yield alone


@pytest.mark.parametrize(
    "lost",
    [
        error(grpc.StatusCode.UNAVAILABLE),
        error(grpc.StatusCode.UNAVAILABLE, "SAFETY_UNAVAILABLE"),
        error(grpc.StatusCode.DEADLINE_EXCEEDED),
        error(grpc.StatusCode.CANCELLED),
        error(grpc.StatusCode.ABORTED, "VERSION_CONFLICT"),
    ],
)
async def test_what_may_pass_is_asked_again_with_the_same_request_id(
    client: Client, lost: aio.AioRpcError
) -> None:
    method = Answering(lost, lost)
    reply = await client.call(method, AcceptPlanRequest(plan_id=PLAN), FRONT_DESK)
    assert reply.plan_id == PLAN
    assert len(method.asked) == 3
    assert len(set(method.asked)) == 1
    assert all(method.asked)


@pytest.mark.parametrize(
    "final",
    [
        error(grpc.StatusCode.FAILED_PRECONDITION, "HOLD_ACTIVE"),
        error(grpc.StatusCode.ABORTED, "ETAG_MISMATCH"),
        error(grpc.StatusCode.NOT_FOUND, "PLAN_NOT_FOUND"),
        error(grpc.StatusCode.INTERNAL),
    ],
)
async def test_a_refusal_is_final(client: Client, final: aio.AioRpcError) -> None:
    method = Answering(final)
    with pytest.raises(Refused):
        await client.call(method, AcceptPlanRequest(plan_id=PLAN), FRONT_DESK)
    assert len(method.asked) == 1


async def test_patience_ends(client: Client) -> None:
    method = Answering(*[error(grpc.StatusCode.UNAVAILABLE)] * 1000)
    with pytest.raises(Refused, match="UNAVAILABLE"):
        await client.call(method, AcceptPlanRequest(plan_id=PLAN), FRONT_DESK)
    assert 1 < len(method.asked) < 100


async def test_nobody_listening_is_unavailable(issuer: Issuer) -> None:
    closed = {name: "127.0.0.1:1" for name in SERVICES}
    async with connected(closed, issuer, CHAIN, patience_seconds=0.1) as alone:
        plans = alone.consult.plans
        with pytest.raises(Refused) as refusal:
            await alone.call(plans.GetPlan, GetPlanRequest(plan_id=PLAN), FRONT_DESK)
    assert refusal.value.reason == "UNAVAILABLE"


def test_a_refusal_says_its_reason_and_what_stands_in_the_way() -> None:
    unmet = [("PAIR", "ascorbic_acid+copper", "OXIDATION (R60)")]
    refusal = refused(error(grpc.StatusCode.FAILED_PRECONDITION, "PAIR_NOT_COMPATIBLE", unmet))
    assert (refusal.reason, refusal.message) == ("PAIR_NOT_COMPATIBLE", "said")
    assert refusal.violations == (Violation("PAIR", "ascorbic_acid+copper", "OXIDATION (R60)"),)
    assert refused(error(grpc.StatusCode.UNKNOWN)).reason == "UNKNOWN"


def test_a_reading_has_no_request_id_and_a_mutation_keeps_its_own() -> None:
    identified(GetPlanRequest(plan_id=PLAN))
    request = AcceptPlanRequest(request_id=PLAN)
    identified(request)
    assert request.request_id == PLAN


async def test_a_token_says_chain_role_and_practitioner(client: Client) -> None:
    ((name, value),) = client.metadata(Speaker("physician", PLAN))
    assert name == "authorization"
    claims = jwt.decode(value.removeprefix("Bearer "), options={"verify_signature": False})
    assert (claims["chain"], claims["roles"], claims["practitioner_id"]) == (
        CHAIN,
        ["physician"],
        PLAN,
    )


class Effect:
    """Something that shows at the third look."""

    def __init__(self, *before: Refused) -> None:
        self._before = list(before)
        self.looks = 0

    async def look(self) -> int:
        self.looks += 1
        if self._before:
            raise self._before.pop()
        return self.looks


async def test_an_effect_is_awaited() -> None:
    missing = Refused(grpc.StatusCode.NOT_FOUND, "ACCOUNT_NOT_FOUND")
    unknown = Refused(grpc.StatusCode.FAILED_PRECONDITION, "SUBJECT_UNKNOWN")
    effect = Effect(missing, unknown)
    seen = await eventually(
        effect.look, lambda looks: looks > 3, "it", awaiting=("SUBJECT_UNKNOWN",)
    )
    assert seen == 4


async def test_what_does_not_show_is_named() -> None:
    with pytest.raises(NotSeen, match="the quote did not show"):
        await eventually(Effect().look, lambda looks: False, "the quote", seconds=0.05)


async def test_a_refusal_that_is_not_awaited_ends_the_waiting() -> None:
    held = Refused(grpc.StatusCode.FAILED_PRECONDITION, "HOLD_ACTIVE")
    effect = Effect(held)
    with pytest.raises(Refused, match="HOLD_ACTIVE"):
        await eventually(effect.look, lambda _: True, "it")
    assert effect.looks == 1
