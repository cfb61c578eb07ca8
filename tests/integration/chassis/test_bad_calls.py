"""What a hostile or careless client sends beside bad fields: forged tokens, old tags, nowhere."""

import asyncio
import json
from collections.abc import Callable

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from grpc import aio
from jwt.utils import base64url_encode

from mesoflow.consult.v1 import model_pb2
from mesoflow.consult.v1 import service_pb2 as pb
from mesoflow.ops.v1 import service_pb2 as ops
from mesoflow.ops.v1.service_pb2_grpc import OpsServiceStub
from tests.support.calls import Caller, Refusal, bearer, new_id, raw, refusal
from tests.support.directory import Directory

INVALID = Refusal("INVALID_ARGUMENT", "REQUEST_INVALID")
PAGE_TOKEN_INVALID = Refusal("INVALID_ARGUMENT", "PAGE_TOKEN_INVALID")
TOKEN_INVALID = Refusal("UNAUTHENTICATED", "TOKEN_INVALID")
ETAG_MISMATCH = Refusal("ABORTED", "ETAG_MISMATCH")
# gRPC itself answers for what is none of ours, and knows no reasons.
UNIMPLEMENTED = Refusal("UNIMPLEMENTED", "")


def unsigned(caller: Caller) -> str:
    return _signed(caller, "none", "")


def under_a_shared_secret(caller: Caller) -> str:
    return _signed(caller, "HS256", "a secret that is long enough for it")


def under_another_key(caller: Caller) -> str:
    return _signed(caller, "ES256", ec.generate_private_key(ec.SECP256R1()))


def under_a_key_nobody_knows(caller: Caller) -> str:
    return _signed(caller, "ES256", ec.generate_private_key(ec.SECP256R1()), kid="nobody")


def with_more_roles(caller: Caller) -> str:
    head, _, signature = caller.token.split(".")
    said = json.dumps(_claims(caller) | {"roles": ["operator", "chain_admin"]})
    return ".".join((head, base64url_encode(said.encode()).decode(), signature))


def _signed(
    caller: Caller, algorithm: str, key: str | ec.EllipticCurvePrivateKey, kid: str = ""
) -> str:
    kid = kid or jwt.get_unverified_header(caller.token)["kid"]
    return jwt.encode(_claims(caller), key, algorithm=algorithm, headers={"kid": kid})


def _claims(caller: Caller) -> dict[str, object]:
    found: dict[str, object] = jwt.decode(caller.token, options={"verify_signature": False})
    return found


@pytest.mark.parametrize(
    "forge",
    [
        unsigned,
        under_a_shared_secret,
        under_another_key,
        under_a_key_nobody_knows,
        with_more_roles,
    ],
)
async def test_a_forged_token(directory: Directory, forge: Callable[[Caller], str]) -> None:
    """It says what the administrator's own says, which is taken."""
    request = directory.opening()
    stub = directory.directory.OpenClinic
    metadata = bearer(forge(directory.admin))
    assert await refusal(stub(request, timeout=5, metadata=metadata)) == TOKEN_INVALID
    await directory.admin.call(stub, request)


@pytest.mark.parametrize(
    "method",
    [
        "/mesoflow.consult.v1.DirectoryService/BurnClinic",
        "/mesoflow.consult.v1.NobodyService/AddRoom",
        "/mesoflow.billing.v1.AccountService/GetAccount",
        # There in development alone, where a service goes by a clock that can be moved.
        "/mesoflow.ops.v1.ClockService/MoveClock",
        "/nothing",
    ],
)
async def test_a_method_that_is_not_there(directory: Directory, method: str) -> None:
    call = raw(directory.service.channel, method)
    told = await refusal(call(b"", timeout=5, metadata=directory.admin.metadata))
    assert told == UNIMPLEMENTED
    assert (await directory.opened()).clinic_id


@pytest.mark.parametrize("size", [-1, -(2**31), 201, 2**31 - 1])
async def test_a_page_of_no_size(directory: Directory, size: int) -> None:
    stub = directory.directory
    listed = directory.admin.call(stub.ListClinics, pb.ListClinicsRequest(page_size=size))
    told = await refusal(listed)
    assert (told, told.fields) == (INVALID, ["page_size"])
    operator = directory.service.caller("operator")
    parked = OpsServiceStub(directory.service.channel).ListParked
    told = await refusal(operator.call(parked, ops.ListParkedRequest(page_size=size)))
    assert (told, told.fields) == (INVALID, ["page_size"])


async def test_a_page_token_of_another_filter_or_too_long(directory: Directory) -> None:
    for _ in range(3):
        await directory.opened()
    stub, admin = directory.directory.ListClinics, directory.admin
    first = await admin.call(stub, pb.ListClinicsRequest(page_size=1, jurisdiction_code="GB"))
    other = pb.ListClinicsRequest(page_token=first.next_page_token, jurisdiction_code="DE")
    assert await refusal(admin.call(stub, other)) == PAGE_TOKEN_INVALID
    for wrong in ("Ä€", "=", "A", "-_-_" * 64):
        asked = pb.ListClinicsRequest(page_token=wrong)
        assert await refusal(admin.call(stub, asked)) == PAGE_TOKEN_INVALID, wrong
    told = await refusal(admin.call(stub, pb.ListClinicsRequest(page_token="A" * 513)))
    assert (told, told.fields) == (INVALID, ["page_token"])


async def test_an_enum_value_that_does_not_exist_in_a_filter(directory: Directory) -> None:
    asked = pb.ListPractitionersRequest(profession=model_pb2.Profession.ValueType(99))
    told = await refusal(directory.admin.call(directory.directory.ListPractitioners, asked))
    assert (told, told.fields) == (INVALID, ["profession"])


@pytest.mark.parametrize("key", ["", "x", "1", "../..", "{id}0", "{id}'--"])
async def test_an_id_that_is_none(directory: Directory, key: str) -> None:
    named = key.format(id=new_id())
    get = directory.admin.call(directory.directory.GetClinic, pb.GetClinicRequest(clinic_id=named))
    add = directory.admin.call(directory.directory.AddRoom, directory.room(named))
    for call in (get, add):
        told = await refusal(call)
        assert (told, told.fields) == (INVALID, ["clinic_id"])


async def test_an_id_is_the_same_in_capitals(directory: Directory) -> None:
    clinic = (await directory.opened()).clinic_id
    assert (await directory.clinic(clinic.upper())).clinic_id == clinic


@pytest.mark.parametrize("etag", ['"2"', "2", "0", "-1", "x", '"', "9" * 64, "٣", "¹"])
async def test_an_etag_that_is_old_or_nonsense(directory: Directory, etag: str) -> None:
    clinic = (await directory.opened()).clinic_id
    for tag in ('"1"', ""):
        await directory.admin.call(directory.directory.AddRoom, directory.room(clinic, etag=tag))
    stale = directory.room(clinic, etag=etag)
    told = await refusal(directory.admin.call(directory.directory.AddRoom, stale))
    assert told == ETAG_MISMATCH
    assert told.metadata == {"version": "3"}


async def test_a_request_id_that_is_none_or_missing(directory: Directory) -> None:
    for request_id in ("", "x", "00000000"):
        opening = directory.opening()
        opening.request_id = request_id
        told = await refusal(directory.admin.call(directory.directory.OpenClinic, opening))
        assert (told, told.fields) == (INVALID, ["request_id"])


async def test_a_request_id_reused_at_the_same_moment(directory: Directory) -> None:
    """Of two bodies one is answered, and the other is told, whichever comes first."""
    for _ in range(10):
        one, other = directory.opening(), directory.opening()
        other.request_id = one.request_id
        told = await asyncio.gather(
            *[directory.admin.call(directory.directory.OpenClinic, each) for each in (one, other)],
            return_exceptions=True,
        )
        refused = [each for each in told if isinstance(each, aio.AioRpcError)]
        assert len(refused) == 1
