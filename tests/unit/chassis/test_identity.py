"""A token is believed for its signature, its issuer, its audience and its time, or not at all."""

import base64
import hmac
import json
from pathlib import Path
from typing import Any

import jwt
import pytest

from deploy.local.issuer import Issuer
from services.chassis.identity import (
    LEEWAY_SECONDS,
    TokenExpired,
    TokenInvalid,
    TokenMissing,
    Verifier,
    signing_keys,
)
from tests.support.calls import Caller, new_id

CLINIC = new_id()


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    issuer = Issuer(tmp_path / "issuer")
    return Caller(issuer, new_id(), ["physician"], clinics=[CLINIC], practitioner_id=new_id())


@pytest.fixture
def verifier(caller: Caller) -> Verifier:
    return Verifier(signing_keys(caller.issuer.jwks_url))


async def test_a_good_token_says_who_calls(caller: Caller, verifier: Verifier) -> None:
    token = caller.token
    found = await verifier.principal(f"Bearer {token}")
    assert (found.subject, found.chain_id) == ("someone", caller.chain)
    assert (found.roles, found.clinics) == (frozenset({"physician"}), frozenset({CLINIC}))
    assert found.practitioner_id == caller.practitioner_id
    assert token not in repr(found)
    assert await verifier.principal(f"bearer {token}") is found


async def test_ids_have_one_spelling(caller: Caller, verifier: Verifier) -> None:
    shouted = caller.signed(chain=caller.chain.upper(), clinics=[CLINIC.upper()])
    found = await verifier.principal(f"Bearer {shouted}")
    assert (found.chain_id, found.clinics) == (caller.chain, frozenset({CLINIC}))


@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer ", "Basic abc", "token"])
async def test_no_token(verifier: Verifier, sent: str | None) -> None:
    with pytest.raises(TokenMissing):
        await verifier.principal(sent)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "elsewhere"},
        {"aud": "elsewhere"},
        {"iss": None},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"sub": None},
        {"chain": None},
        {"chain": 7},
        {"chain": "not-a-chain"},
        {"roles": None},
        {"roles": "physician"},
        {"clinics": "everywhere"},
        {"clinics": ["everywhere"]},
        {"practitioner_id": "me"},
        {"nbf": 4_000_000_000},
    ],
)
async def test_a_claim_that_is_wrong(
    caller: Caller, verifier: Verifier, claims: dict[str, Any]
) -> None:
    with pytest.raises(TokenInvalid):
        await verifier.principal(f"Bearer {caller.signed(**claims)}")


async def test_an_expired_token_is_refused_remembered_or_not(
    caller: Caller, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TokenExpired):
        await verifier.principal(f"Bearer {caller.signed(ttl_seconds=-LEEWAY_SECONDS - 1)}")
    token = caller.signed(ttl_seconds=60)
    found = await verifier.principal(f"Bearer {token}")
    later = found.expires_at + LEEWAY_SECONDS + 1
    monkeypatch.setattr("services.chassis.identity.time.time", lambda: later)
    with pytest.raises(TokenExpired):
        await verifier.principal(f"Bearer {token}")


async def test_a_token_without_a_signature(caller: Caller, verifier: Verifier) -> None:
    header, payload, signature = caller.token.split(".")
    kid = json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    bare = jwt.encode(claims_in(payload), "", algorithm="none", headers={"kid": kid})
    for token in (bare, f"{header}.{payload}.", f"{header}.{payload}.{signature[::-1]}"):
        with pytest.raises(TokenInvalid):
            await verifier.principal(f"Bearer {token}")


async def test_a_token_signed_with_the_public_key(
    caller: Caller, verifier: Verifier, tmp_path: Path
) -> None:
    """The old trick: a verifier that takes HS256 would use the public key as the secret."""
    header, payload, _ = caller.token.split(".")
    kid = json.loads(base64.urlsafe_b64decode(header + "=="))["kid"]
    public = (tmp_path / "issuer" / "jwks.json").read_text()
    head = encoded({"alg": "HS256", "typ": "JWT", "kid": kid})
    mark = hmac.digest(public.encode(), f"{head}.{payload}".encode(), "sha256")
    forged = f"{head}.{payload}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"
    with pytest.raises(TokenInvalid):
        await verifier.principal(f"Bearer {forged}")


async def test_a_token_of_another_key(verifier: Verifier, caller: Caller, tmp_path: Path) -> None:
    stranger = Caller(Issuer(tmp_path / "stranger"), caller.chain, ["chain_admin"])
    with pytest.raises(TokenInvalid):
        await verifier.principal(f"Bearer {stranger.token}")


def encoded(header: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")


def claims_in(payload: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(payload + "=="))
    return found
