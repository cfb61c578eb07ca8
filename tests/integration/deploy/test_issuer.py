"""Development tokens: what they say, and that the published key proves them."""

import json
import urllib.request
from pathlib import Path

import jwt
import pytest

from deploy.local.issuer import AUDIENCE, ISSUER, Issuer, Person

PERSON = Person(sub="ada", chain="chain-1", roles=("physician",), clinics=("clinic-1",))


def checked(issuer: Issuer, token: str) -> dict[str, object]:
    with urllib.request.urlopen(issuer.jwks_url) as answer:
        keys = jwt.PyJWKSet.from_dict(json.load(answer))
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims: dict[str, object] = jwt.decode(token, key, audience=AUDIENCE, issuer=ISSUER)
    return claims


def test_a_token_says_who_it_speaks_for(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    claims = checked(issuer, issuer.issue(PERSON))
    assert (claims["sub"], claims["chain"]) == ("ada", "chain-1")
    assert (claims["roles"], claims["clinics"]) == (["physician"], ["clinic-1"])
    assert "practitioner_id" not in claims


def test_a_later_run_keeps_key_and_chain(tmp_path: Path) -> None:
    earlier, later = Issuer(tmp_path), Issuer(tmp_path)
    assert checked(later, earlier.issue(PERSON))["sub"] == "ada"
    assert earlier.chain == later.chain


def test_another_issuer_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    token = Issuer(tmp_path / "one").issue(PERSON)
    with pytest.raises(KeyError):
        checked(Issuer(tmp_path / "two"), token)


def test_a_token_can_be_wrong_on_purpose(tmp_path: Path) -> None:
    issuer = Issuer(tmp_path)
    with pytest.raises(jwt.InvalidAudienceError):
        checked(issuer, issuer.issue(PERSON, aud="elsewhere"))
    with pytest.raises(jwt.ExpiredSignatureError):
        checked(issuer, issuer.issue(PERSON, ttl_seconds=-1))
