"""Who calls: a verified token's chain, clinics and roles. Nothing of it comes from a request."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import jwt

from services.chassis.clock import canonical_id
from services.chassis.kernel import DomainError, Fault

ISSUER = "mesoflow-dev"
AUDIENCE = "mesoflow"
ALGORITHMS = ["EdDSA", "ES256", "RS256"]
LEEWAY_SECONDS = 30
REMEMBERED_MOST = 4096


class TokenMissing(DomainError):
    """Send `authorization: Bearer <token>`."""

    fault = Fault.UNAUTHENTICATED


class TokenInvalid(DomainError):
    """The token is not one of this system's issuer, or lacks a claim."""

    fault = Fault.UNAUTHENTICATED


class TokenExpired(DomainError):
    """The token has expired."""

    fault = Fault.UNAUTHENTICATED


class RoleMissing(DomainError):
    """The token carries none of the roles that may do this."""

    fault = Fault.FORBIDDEN


class PractitionerRequired(DomainError):
    """Only someone whose token names a practitioner may do this."""

    fault = Fault.FORBIDDEN


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller as the token says. No clinics means every clinic of the chain."""

    subject: str
    chain_id: str
    clinics: frozenset[str]
    roles: frozenset[str]
    practitioner_id: str | None
    expires_at: float
    token: str = field(repr=False)


class SigningKeys(Protocol):
    """Where the issuer's public keys come from."""

    def get_signing_key_from_jwt(self, token: str) -> jwt.PyJWK: ...


@dataclass(frozen=True, slots=True)
class FileKeys:
    """The key set of a local issuer, read from its file at each new token. For development."""

    path: Path

    def get_signing_key_from_jwt(self, token: str) -> jwt.PyJWK:
        wanted = jwt.get_unverified_header(token).get("kid")
        for key in jwt.PyJWKSet.from_json(self.path.read_text()).keys:
            if key.key_id == wanted:
                return key
        raise jwt.InvalidTokenError("unknown key")


def signing_keys(jwks_url: str) -> SigningKeys:
    """Return the key set at `jwks_url`: a file of a local issuer, or an address that serves it."""
    parts = urlsplit(jwks_url)
    if parts.scheme == "file":
        return FileKeys(Path(unquote(parts.path)))
    return jwt.PyJWKClient(jwks_url, cache_keys=True, lifespan=300, timeout=2)


@dataclass(slots=True)
class Verifier:
    """Verifies tokens against a JWKS; a verified one is remembered until it expires."""

    keys: SigningKeys
    issuer: str = ISSUER
    _remembered: OrderedDict[str, Principal] = field(default_factory=OrderedDict, repr=False)

    async def principal(self, authorization: str | None) -> Principal:
        """Return who sent `authorization`. Raises TokenMissing, TokenInvalid or TokenExpired."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenMissing
        known = self._remembered.get(token)
        if known is None:
            known = principal_of(await self._claims(token), token)
            self._remembered[token] = known
            if len(self._remembered) > REMEMBERED_MOST:
                self._remembered.popitem(last=False)
        if known.expires_at + LEEWAY_SECONDS < time.time():
            self._remembered.pop(token, None)
            raise TokenExpired
        return known

    async def _claims(self, token: str) -> dict[str, Any]:
        try:
            # The key set may have to be fetched: not on the event loop.
            key = await asyncio.to_thread(self.keys.get_signing_key_from_jwt, token)
            return jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=AUDIENCE,
                issuer=self.issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
        except jwt.ExpiredSignatureError:
            raise TokenExpired from None
        except (jwt.PyJWTError, ValueError, OSError):
            raise TokenInvalid from None


def principal_of(claims: dict[str, Any], token: str) -> Principal:
    """Read the claims `sub chain clinics roles practitioner_id`."""
    chain, roles, clinics = claims.get("chain"), claims.get("roles"), claims.get("clinics", [])
    if not isinstance(chain, str) or not isinstance(roles, list) or not isinstance(clinics, list):
        raise TokenInvalid
    practitioner_id = claims.get("practitioner_id")
    return Principal(
        subject=str(claims["sub"]),
        chain_id=_id(chain),
        clinics=frozenset(map(_id, clinics)),
        roles=frozenset(map(str, roles)),
        practitioner_id=None if practitioner_id is None else _id(practitioner_id),
        expires_at=float(claims["exp"]),
        token=token,
    )


def _id(claim: object) -> str:
    """Return an id in the one spelling that stored ids have."""
    try:
        return canonical_id(str(claim))
    except ValueError:
        raise TokenInvalid from None
